"""The demonstration as whoever signs in meets it, on servers of its own."""

import csv
import json
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.commands.db import db
from survey_server.commands.demo import demo
from survey_server.commands.setup import setup
from survey_server.domain.coverage import Coverage, State
from survey_server.domain.people import Viewer
from survey_server.local.throwaway import throwaway_servers
from survey_server.problems import NotFound
from survey_server.store import people
from survey_server.store.base import engine
from survey_server.store.coverage import coverage_of
from tests.entering import signed_in

CENSUS = "census_2024"
NOW = datetime.now(UTC)

Look = Callable[..., Coverage]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with throwaway_servers() as servers:
        environment = {**servers.env, "SURVEY_DATA": str(tmp_path_factory.mktemp("demo"))}
        invoked(environment, db, "upgrade")
        invoked(environment, setup)
        yield environment


def invoked(environment: dict[str, str], command: Any, *words: str) -> str:
    result = CliRunner().invoke(command, words, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def loaded(environment: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(invoked(environment, demo, "load", "--json"))
    return told


@pytest.fixture(scope="module")
def owner(environment: dict[str, str]) -> Iterator[Engine]:
    made = engine(settings.from_env(environment).owner_database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def personas(environment: dict[str, str], loaded: dict[str, Any]) -> dict[str, dict[str, str]]:
    told = json.loads(invoked(environment, demo, "people", "--json"))
    return {one["username"]: one for one in told["people"]}


@pytest.fixture
def viewer_of(owner: Engine, personas: dict[str, dict[str, str]]) -> Callable[[str], Viewer]:
    """Signs in with the password that was printed."""

    def viewer(username: str) -> Viewer:
        with Session(owner) as session, session.begin():
            token = signed_in(session, username, personas[username]["password"], NOW)
            found = people.viewer_of(session, token, NOW)
        assert found is not None
        return found

    return viewer


@pytest.fixture
def look(owner: Engine, viewer_of: Callable[[str], Viewer]) -> Look:
    def look(username: str, area: str | None = None, by: str = "next") -> Coverage:
        with Session(owner) as session:
            return coverage_of(session, viewer_of(username), CENSUS, area, by, datetime.now(UTC))

    return look


def test_eighteen_of_thirty_days_are_over_and_a_good_half_is_done(look: Look) -> None:
    found = look("admin")
    assert (found.survey.ends_on - found.survey.starts_on).days == 29
    assert (found.today - found.survey.starts_on).days in (17, 18)
    assert found.total.expected == 2670
    assert 0.53 < (found.total.share or 0) < 0.62
    assert len([day for day in found.days if day.counted]) >= 17
    assert found.waiting == 0


def test_one_district_is_well_ahead_and_one_behind(look: Look) -> None:
    shares = {row.code: row.figures.share for row in look("admin", by="district").rows}
    assert (shares["002"] or 0) > 0.72
    assert (shares["085"] or 1) < 0.38


def test_every_state_of_an_ea_is_there_to_see(look: Look) -> None:
    states = Counter(row.state for row in look("admin", by="ea").rows)
    assert states[State.NOT_STARTED] == 1
    assert states[State.NOTHING_EXPECTED] == 1
    assert states[State.CONTACTED] >= 1
    assert states[State.DONE] >= 1
    assert states[State.IN_PROGRESS] > 60


def test_the_supervisor_finds_who_fell_silent_with_41_interviews_and_who_never_began(
    look: Look, personas: dict[str, dict[str, str]]
) -> None:
    found = look("gs-001", by="enumerator")
    assert found.held_on_tablets == 41
    named = [row for row in found.rows if row.name in personas["gs-001"]["look_vi"]]
    assert {row.state for row in named} == {State.IN_PROGRESS, State.NOT_STARTED}
    silent = next(row for row in named if row.state is State.IN_PROGRESS)
    assert silent.figures.last_received_at is not None
    assert datetime.now(UTC) - silent.figures.last_received_at > timedelta(days=2)
    idle = [row.code for row in look("gs-001", by="ea").rows if row.state is State.NOT_STARTED]
    assert len(idle) == 1
    assert idle[0] in personas["gs-001"]["look_en"]


def test_the_enumerator_sees_the_own_ea_with_what_was_planted(look: Look) -> None:
    found = look("dtv-001-003")
    results = Counter(unit.result for unit in found.units)
    assert results["absent"] >= 1
    assert results[None] >= 5
    assert sum(unit.duplicates for unit in found.units) >= 1
    assert any(unit.findings for unit in found.units)


def test_somebody_of_another_province_sees_nothing_of_ha_noi(look: Look) -> None:
    assert look("gst-10").total.expected == 900
    for area in ("01", "001", "VN"):
        with pytest.raises(NotFound):
            look("gst-10", area)
    with pytest.raises(NotFound):
        look("ql-01", "10")


def test_the_households_named_to_the_data_manager_were_matched(
    owner: Engine, personas: dict[str, dict[str, str]]
) -> None:
    with Session(owner) as session:
        rows = session.execute(
            text(
                "SELECT ua.code AS one, ub.code AS other FROM matches m"
                " JOIN interviews a ON a.interview_id = m.a JOIN units ua ON ua.id = a.unit_id"
                " JOIN interviews b ON b.interview_id = m.b JOIN units ub ON ub.id = b.unit_id"
                " WHERE m.kind = 'same_household'"
            )
        )
        pairs = {frozenset(row) for row in rows}
    sentence = personas["ql-01"]["look_en"]
    assert any(all(unit in sentence for unit in pair) for pair in pairs)
    assert len(pairs) >= 5


def test_a_second_load_changes_nothing_and_says_so(
    environment: dict[str, str], personas: dict[str, dict[str, str]], look: Look
) -> None:
    before = look("admin").total
    assert json.loads(invoked(environment, demo, "load", "--json")) == {"loaded": False}
    told = json.loads(invoked(environment, demo, "people", "--json"))
    assert {one["username"]: one for one in told["people"]} == personas
    assert look("admin").total == before


def test_a_lost_list_of_passwords_is_written_anew(
    environment: dict[str, str], personas: dict[str, dict[str, str]], look: Look, owner: Engine
) -> None:
    before = look("admin").total
    file = Path(environment["SURVEY_DATA"]) / "demo" / "personas.json"
    kept = file.read_text()
    file.unlink()
    invoked(environment, demo, "load")
    anew = {one["username"]: one["password"] for one in json.loads(file.read_text())}
    assert anew.keys() == personas.keys()
    for one in personas.values():
        assert anew[one["username"]] != one["password"]
        one["password"] = anew[one["username"]]
    assert kept != file.read_text()
    assert look("admin").total == before


def test_secrets_lie_in_files_that_only_their_owner_reads(
    environment: dict[str, str], loaded: dict[str, Any]
) -> None:
    folder = Path(environment["SURVEY_DATA"]) / "demo"
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with (folder / "devices.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == loaded["tablets"] - 3
    assert all(len(row["secret"]) > 40 for row in rows)


def test_a_rehearsal_of_faults_asks_first_where_real_interviews_are(
    environment: dict[str, str], loaded: dict[str, Any]
) -> None:
    file = Path(environment["SURVEY_DATA"]) / "demo" / "personas.json"
    hidden = file.rename(file.with_suffix(".hidden"))
    try:
        refused = CliRunner().invoke(demo, ["break"], env=environment)
    finally:
        hidden.rename(file)
    assert refused.exit_code == 1
    assert "--yes" in refused.output
