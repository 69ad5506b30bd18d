"""The second line of defence, by raw SQL as the web role: whatever a query forgets."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from survey_server.store.base import Base, Sight, db
from tests.http import signed_in
from tests.world import EAS, World

# What lies in no area: what everybody shares, accounts, and what is protected by grants alone.
SHARED = {
    "surveys", "server", "forms", "form_versions", "form_media", "form_events", "rule_changes",
    "revalidations", "survey_keys", "retirements",
    "people", "sessions", "second_factors", "recovery_codes", "password_resets", "api_tokens",
    "failures",
    "audit_entries", "audit_seals", "audit_anchors",
}  # fmt: skip
# How the rows of a table are told to lie in an area of a survey.
LIES_IN = {
    "areas": "path && :areas",
    "units": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "assignments": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "submissions": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "interviews": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "persons": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "ea_coverage": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
    "ea_days": "ea_id IN (SELECT id FROM areas WHERE path && :areas)",
}


def protected(project: Path) -> dict[str, str]:
    """What the migrations protect, each in its SEEN."""
    tables: dict[str, str] = {}
    for path in sorted((project / "migrations/versions").glob("[0-9]*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tables |= getattr(module, "SEEN", {})
    return tables


def look(connection: Connection, *areas: int, person: int = 0) -> None:
    connection.execute(
        text("SELECT look_as(:person, CAST(:areas AS integer[]))"),
        {"person": person, "areas": list(areas)},
    )


def area(world: World, code: str) -> int:
    return int(
        world.sql("SELECT id FROM areas WHERE survey_id = :survey AND code = :code", code=code)[0][
            0
        ]
    )


def add_twin(world: World, code: str) -> None:
    """An area beside another, whose code begins with the other's: 0010 beside 001."""
    if world.sql("SELECT FROM areas WHERE survey_id = :survey AND code = :code", code=f"{code}0"):
        return
    world.change(
        "WITH new AS (SELECT CAST(nextval(pg_get_serial_sequence('areas', 'id')) AS integer) AS id)"
        " INSERT INTO areas (id, survey_id, parent_id, level, code, name, sort_key, path)"
        " OVERRIDING SYSTEM VALUE SELECT n.id, a.survey_id, a.parent_id, a.level, a.code || '0',"
        " 'x', 'x', array_remove(a.path, a.id) || n.id FROM areas a, new n"
        " WHERE a.survey_id = :survey AND a.code = :code",
        code=code,
    )


def rows(connection: Connection, table: str, where: str = "true", **values: Any) -> int:
    statement = text(f"SELECT count(*) FROM {table} WHERE {where}")
    return int(connection.execute(statement, values).scalar_one())


def test_every_table_is_shared_by_all_or_protected_by_area(project: Path, app: APIFlask) -> None:
    tables = set(Base.metadata.tables)
    left = sorted(tables - SHARED - set(protected(project)))
    assert not left, f"{left}: a table with area data gets a line in the SEEN of its migration"
    with app.app_context():
        forced = {
            row.relname
            for row in db.session.execute(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        }
    assert forced >= set(protected(project))


def test_without_a_viewer_nothing_is_seen(here: World, web: Engine, project: Path) -> None:
    with web.connect() as connection:
        for table in protected(project):
            may = connection.execute(text(f"SELECT has_table_privilege('{table}', 'SELECT')"))
            if may.scalar_one():
                assert rows(connection, table) == 0, table


def test_only_what_lies_below_the_area_is_seen(here: World, web: Engine) -> None:
    district = area(here, "001")
    with web.connect() as connection:
        look(connection, district)
        for table, where in LIES_IN.items():
            seen = rows(connection, table)
            told = where.replace(":areas", "CAST(:areas AS integer[])")
            there = here.sql(f"SELECT count(*) FROM {table} WHERE {told}", areas=[district])
            assert seen == there[0][0], table
            assert seen > 0, table
        assert rows(connection, "surveys") > 0


def test_a_code_that_begins_with_another_is_not_below_it(here: World, web: Engine) -> None:
    """01.001 is not over 01.0010."""
    add_twin(here, "001")
    with web.connect() as connection:
        look(connection, area(here, "001"))
        assert rows(connection, "areas", "code = '001'") == 1
        assert rows(connection, "areas", "code = '0010'") == 0


def test_another_survey_is_seen_by_nobody_who_sees_the_whole_of_one(
    here: World, elsewhere: World, web: Engine
) -> None:
    with web.connect() as connection:
        look(connection, area(here, "VN"))
        assert rows(connection, "units", "survey_id = :id", id=here.id) == 40
        assert rows(connection, "units", "survey_id = :id", id=elsewhere.id) == 0


def test_what_was_set_ends_with_the_transaction(here: World, web: Engine) -> None:
    with web.connect() as connection:
        look(connection, area(here, "VN"))
        assert rows(connection, "units") == 40
        connection.commit()
        assert rows(connection, "units") == 0


def test_the_connections_of_a_request_see_nothing_afterwards(
    app: APIFlask, client: FlaskClient, here: World
) -> None:
    head = signed_in(client, here, "an")
    assert client.get(f"/api/v1/coverage?survey={here.code}", headers=head).status_code == 200
    with app.app_context():
        for _ in range(5):
            with db.engine.connect() as connection:
                assert rows(connection, "units") == 0


def test_a_query_without_a_limit_leaks_nothing(app: APIFlask, here: World) -> None:
    """As if a view had forgotten its viewer."""
    with app.app_context():
        g.sight = Sight(0, (area(here, "001"),))
        units = db.session.execute(text("SELECT code FROM units")).scalars().all()
        db.session.commit()
        again = db.session.execute(text("SELECT code FROM units")).scalars().all()
        db.session.rollback()
    assert units == again
    assert {code[:16] for code in units} == set(EAS[:2])


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE survey_owner",
        "SET ROLE survey_intake",
        "ALTER TABLE units DISABLE ROW LEVEL SECURITY",
        "DROP POLICY seen ON units",
        "CREATE POLICY mine ON units USING (true)",
        "INSERT INTO submissions SELECT * FROM submissions",
        "SELECT body FROM batch_bodies",
        "UPDATE devices SET seen_at = now()",
    ],
)
def test_the_web_role_may_not(web: Engine, statement: str) -> None:
    with web.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text(statement))


def test_row_security_cannot_be_switched_off(here: World, web: Engine) -> None:
    with web.connect() as connection:
        connection.execute(text("SET row_security = off"))
        with pytest.raises(DBAPIError):
            rows(connection, "units")


def test_nobody_writes_beyond_their_area(here: World, web: Engine) -> None:
    with web.connect() as connection:
        look(connection, area(here, "001"))
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(
                text(
                    "INSERT INTO memberships (person_id, survey_id, area_id, role)"
                    " SELECT id, :survey, :area, 'supervisor' FROM people LIMIT 1"
                ),
                {"survey": here.id, "area": area(here, "10")},
            )


@pytest.mark.parametrize("table", ["interviews", "findings", "persons", "people", "sessions"])
def test_the_role_of_intake_reads_nothing_that_is_derived(app: APIFlask, table: str) -> None:
    with app.app_context(), db.engines["intake"].connect() as connection:
        column = "password_hash" if table == "people" else "*"
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(f"SELECT {column} FROM {table}"))
