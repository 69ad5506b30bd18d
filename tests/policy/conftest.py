"""Two surveys side by side, one of them with an area whose code is the beginning of another's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server import callers, settings
from survey_server.domain.forms import CompiledForm
from survey_server.domain.people import ROLES
from survey_server.store.base import WEB_OPTIONS, engine, look_as
from tests.http import drain, upload
from tests.policy.cast import EVERYWHERE, Identity, somebody, strangers
from tests.policy.matrix import HOME, Stage
from tests.policy.stock import Stock
from tests.policy.test_row_level_security import add_twin
from tests.policy.watching import watching
from tests.world import EAS, World, body_of, make_world


@pytest.fixture(scope="module")
def here(database: Engine, workers: Engine, long_form: CompiledForm, app: object) -> World:
    """Every EA has an interview."""
    made = make_world(database, long_form)
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    for name, ea in (("lan", EAS[0]), ("mai", EAS[2]), ("tung", EAS[3])):
        # Of a household of one person who was born twice: findings there shall be.
        told = [made.submission(made.unit(ea, number)) for number in (1, 2)]
        told[1]["answers"]["household_size"] = "77"
        upload(client, made.secrets[name], body_of(*told))
    drain(workers)
    return made


@pytest.fixture(scope="module")
def elsewhere(database: Engine, long_form: CompiledForm) -> World:
    return make_world(database, long_form)


@pytest.fixture(scope="session")
def web(chosen: settings.Settings) -> Iterator[Engine]:
    """PostgreSQL as the web role, one connection that is used again and again."""
    made = engine(chosen.database_url, pool_size=1, options=WEB_OPTIONS)
    yield made
    made.dispose()


# Each of another kind; with all of them, tests/policy/test_matrix.py tries every route.
STRANGERS = {
    "anonymous", "revoked tablet", "old session", "disabled", "no role any more", "revoked program",
    "program for figures", "tablet",
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(app: APIFlask, database: Engine, here: World, elsewhere: World) -> Iterator[Stage]:
    """Staff in each role of district 001 and of everything, and everybody else."""
    add_twin(here, "001")
    add_twin(elsewhere, "002")
    staff = [somebody(here, role, area) for area in (HOME, EVERYWHERE) for role in ROLES]
    others = [one for one in strangers(here) if one.name in STRANGERS]
    others.append(foreigner(elsewhere, "administrator"))
    with watching(database) as watch:
        yield Stage(app, here, elsewhere, Stock(app), watch, tuple(staff), tuple(others))


def foreigner(elsewhere: World, role: str) -> Identity:
    """Of the other survey, so that nothing of this one is in their area."""
    return replace(somebody(elsewhere, role, EVERYWHERE, f"{role} of another survey"), area="")


@pytest.fixture
def everything_is_seen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if row-level security were missing: every request sees all rows of both surveys."""
    tops = tuple(
        row.id for row in stage.here.sql("SELECT id FROM areas WHERE parent_id IS NULL ORDER BY id")
    )
    monkeypatch.setattr(
        callers, "look_as", lambda sight: look_as(replace(sight, areas=tops) if sight else None)
    )
