"""Accounts and programs' tokens by command, and what a start makes of second factors."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.cli import main
from survey_server.commands.run import require_settings, surroundings
from survey_server.domain.people import Viewer
from survey_server.local.refusals import CannotStart
from survey_server.problems import LoginFailed, SecondFactorWrong
from survey_server.services.people import (
    Attempt,
    Door,
    Seal,
    make_token,
    or_raise,
    second_factor,
    sign_in,
    use_reset,
)
from survey_server.store.people import scopes_of, viewer_of
from tests.entering import GUARDED, OPEN, code_for, signed_in
from tests.world import EAS, PASSWORD, World

NEW_PASSWORD = "con trâu ăn cỏ ngoài đồng"


@pytest.fixture
def run(environment: dict[str, str], world: World) -> Callable[..., Result]:
    def command(*words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=environment)

    return command


def entered(engine: Engine, username: str, password: str) -> str:
    with Session(engine) as session, session.begin():
        return signed_in(session, username, password, datetime.now(UTC))


def test_an_administrator_is_brought_into_an_empty_server(
    run: Callable[..., Result], world: World, database: Engine
) -> None:
    name = f"quan.tri.{uuid4().hex[:8]}"
    words = (
        "--name",
        "Quản trị",
        "--survey",
        world.code,
        "--role",
        "administrator",
        "--area",
        "VN",
    )
    told = run("people", "add", name, *words, "--json")
    assert told.exit_code == 0, told.output
    token = json.loads(told.stdout)["reset"]["token"]
    with Session(database) as session, session.begin():
        or_raise(use_reset(session, OPEN, token, NEW_PASSWORD, None, datetime.now(UTC)))
    assert entered(database, name, NEW_PASSWORD)
    again = run("people", "add", name, *words)
    assert (again.exit_code, "that role" in again.output) == (1, True)
    more = run("people", "add", name, *words[:-1], EAS[0], "--from", "2024-04-01", "--json")
    assert json.loads(more.stdout)["reset"] is None


def test_somebody_is_shut_out_and_let_in_again(
    run: Callable[..., Result], world: World, database: Engine
) -> None:
    name = f"lan@{world.code}"
    token = entered(database, name, PASSWORD)
    assert run("people", "disable", name).exit_code == 0
    with Session(database) as session:
        assert viewer_of(session, token, datetime.now(UTC)) is None
    with pytest.raises(LoginFailed):
        entered(database, name, PASSWORD)
    assert json.loads(run("people", "enable", name, "--json").stdout)["changed"] is True
    assert entered(database, name, PASSWORD)


def test_a_link_by_command_sets_a_new_password(
    run: Callable[..., Result], world: World, database: Engine
) -> None:
    name = f"lan@{world.code}"
    token = run("people", "reset-link", name, "--second-factor").stdout.strip()
    with Session(database) as session, session.begin():
        or_raise(use_reset(session, OPEN, token, NEW_PASSWORD, None, datetime.now(UTC)))
    assert entered(database, name, NEW_PASSWORD)


@pytest.mark.parametrize("act", ["disable", "enable", "reset-link"])
def test_an_account_that_is_not_there_is_told(run: Callable[..., Result], act: str) -> None:
    told = run("people", act, "nobody.at.all")
    assert (told.exit_code, told.output) == (1, "There is no account nobody.at.all.\n")


def test_tokens_are_listed_without_themselves_and_revoked(
    run: Callable[..., Result], world: World, database: Engine
) -> None:
    now = datetime.now(UTC)
    hoa = world.sql("SELECT id FROM people WHERE username = :n", n=f"hoa@{world.code}")[0][0]
    with Session(database) as session, session.begin():
        viewer = Viewer(hoa, "Hoa", scopes_of(session, hoa, now))
        made = make_token(session, viewer, "Báo cáo", ["coverage:read"], 30, now)
    listed = run("tokens", "list")
    assert made.prefix in listed.stdout
    assert made.token not in listed.stdout
    told: dict[str, Any] = json.loads(run("tokens", "list", "--json").stdout)["tokens"][0]
    assert (told["id"], told["username"]) == (made.id, f"hoa@{world.code}")
    assert run("tokens", "revoke", str(made.id)).exit_code == 0
    with Session(database) as session:
        assert viewer_of(session, made.token, now) is None
    assert run("tokens", "revoke", str(made.id)).exit_code == 1


def test_the_demonstration_asks_for_no_second_factor_and_an_empty_server_does() -> None:
    shown = surroundings({"LANG": "vi"}, empty=False)
    assert shown["SURVEY_SECOND_FACTOR"] == "demonstration"
    require_settings(shown)
    assert surroundings({"LANG": "vi"}, empty=True) == {"LANG": "vi"}
    kept = surroundings({"SURVEY_SECOND_FACTOR": "required"}, empty=False)
    assert kept["SURVEY_SECOND_FACTOR"] == "required"


def test_an_empty_server_does_not_start_as_a_demonstration() -> None:
    asked = surroundings({"SURVEY_SECOND_FACTOR": "demonstration"}, empty=True)
    with pytest.raises(CannotStart, match="SURVEY_DEMONSTRATION"):
        require_settings(asked)


def test_a_lost_key_of_second_factors_locks_nobody_out_for_ever(
    run: Callable[..., Result], world: World, database: Engine
) -> None:
    """The code of an app is refused, and no failure of the server; then all are set up anew."""
    username = f"hoa@{world.code}"
    hoa = world.sql("SELECT id FROM people WHERE username = :name", name=username)[0][0]
    now = datetime.now(UTC)
    with Session(database) as session, session.begin():
        setup = or_raise(second_factor.begin(session, GUARDED, hoa, "", now))
        or_raise(second_factor.confirm(session, GUARDED, hoa, code_for(setup, now), now))
    other = Door(Seal(b"another key".ljust(32)))
    attempt = Attempt(username, PASSWORD, code_for(setup, now, 1))
    with Session(database) as session, session.begin():
        assert isinstance(sign_in(session, other, attempt, now), SecondFactorWrong)
    told = run("people", "reset-second-factors", "--reason", "key file lost", "--yes", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["people"] >= 1
    with Session(database) as session, session.begin():
        entered = or_raise(sign_in(session, other, Attempt(username, PASSWORD), now))
    assert entered.setting_up
    rows = world.sql(
        "SELECT (SELECT count(*) FROM audit_entries WHERE action = 'totp_removed'"
        " AND object = :hoa), (SELECT data ->> 'reason' FROM audit_entries"
        " WHERE action = 'second_factors_reset' ORDER BY id DESC LIMIT 1)",
        hoa=f"person:{hoa}",
    )
    assert tuple(rows[0]) == (1, "key file lost")
