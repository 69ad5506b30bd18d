"""A database that is in use is brought up to date: what is in it stays, and is what it was."""

import flask_migrate
import pytest
from sqlalchemy import text

from survey_server import settings
from survey_server.app import create_app
from survey_server.local.throwaway import throwaway_servers
from survey_server.store.base import db, engine

STORED = (
    "INSERT INTO surveys (code, name, levels, level_names, match_level, timezone, starts_on,"
    " ends_on, training) VALUES ('old', '{}', '{country,ea}', '{}', 'country', 'UTC',"
    " '2024-04-01', '2024-04-30', false)",
    "INSERT INTO forms (survey_id, form_id, title, state)"
    " SELECT id, 'f', '{}', 'open' FROM surveys",
    "INSERT INTO form_versions (form, version, xform, description, published_at)"
    " SELECT id, 'v', '', '{}', now() FROM forms",
)


def test_versions_of_before_are_published_and_every_rule_holds_for_every_row(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with throwaway_servers() as servers:
        env = {**servers.env, "SURVEY_DATA": str(tmp_path_factory.mktemp("upgrade"))}
        chosen = settings.from_env(env)
        app = create_app(chosen)
        owner = engine(chosen.owner_database_url, pool_size=1)
        with app.app_context():
            flask_migrate.upgrade(revision="0004")
            with owner.begin() as connection:
                for statement in STORED:
                    connection.execute(text(statement))
            flask_migrate.upgrade()
            for one in db.engines.values():
                one.dispose()
        with owner.connect() as connection:
            rows = connection.execute(text("SELECT state, checks FROM form_versions")).all()
            assert [tuple(row) for row in rows] == [("published", [])]
            loose = connection.execute(
                text("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            )
            assert loose.all() == []
        owner.dispose()
