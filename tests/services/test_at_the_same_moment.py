"""Whoever signs in while their account is changed is signed in before the change, or not at all."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.problems import Problem, SecondFactorWrong
from survey_server.services.people import (
    Attempt,
    SignedIn,
    add_person,
    make_reset,
    operating,
    or_raise,
    second_factor,
    sign_in,
    two_steps,
    use_reset,
)
from survey_server.store.people import recovery_codes_left, second_factor_of, viewer_of
from tests.entering import GUARDED, code_for

NOW = datetime.now(UTC)
PASSWORD = "mot mat khau du dai"
Act = Callable[[Session], object]


@pytest.fixture
def username(database: Engine, trail: None) -> str:
    name = f"lan-{uuid4().hex}"
    with Session(database) as session, session.begin():
        add_person(session, name, "Trần Thị Lan", PASSWORD, NOW)
    return name


@pytest.fixture
def lan(database: Engine, username: str) -> int:
    with Session(database) as session:
        return int(
            session.execute(
                text("SELECT id FROM people WHERE username = :name"), {"name": username}
            ).scalar_one()
        )


def both(engine: Engine, first: Act, second: Act) -> object:
    """What the first says, in whose transaction the second begins: it ends, or waits for it."""
    begun: SimpleQueue[int] = SimpleQueue()

    def do_second() -> None:
        with Session(engine) as session, session.begin():
            begun.put(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            second(session)

    beside = threading.Thread(target=do_second)
    with Session(engine) as session, session.begin():
        said = first(session)
        beside.start()
        pid = begun.get(timeout=30)
        while beside.is_alive() and not _waits(engine, pid):
            time.sleep(0.01)
    beside.join(timeout=30)
    assert not beside.is_alive()
    return said


def _waits(engine: Engine, pid: int) -> bool:
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = :pid"),
            {"pid": pid},
        )
        return bool(found.scalar())


def is_open(engine: Engine, said: object) -> bool:
    assert isinstance(said, SignedIn), said
    with Session(engine) as session:
        return viewer_of(session, said.token, NOW) is not None


@pytest.fixture
def enter(username: str) -> Act:
    return lambda session: sign_in(session, GUARDED, Attempt(username, PASSWORD), NOW)


@pytest.fixture
def reset(database: Engine, lan: int) -> Act:
    with Session(database) as session, session.begin():
        link = make_reset(session, lan, None, False, NOW)
    return lambda session: or_raise(
        use_reset(session, GUARDED, link.token, "another long password", None, NOW)
    )


def test_a_reset_ends_a_session_that_the_old_password_is_opening(
    database: Engine, enter: Act, reset: Act
) -> None:
    assert not is_open(database, both(database, enter, reset))


def test_an_account_that_is_disabled_and_enabled_again_has_no_session_of_before(
    database: Engine, lan: int, enter: Act
) -> None:
    said = both(database, enter, lambda session: operating.disable(session, lan, NOW))
    with Session(database) as session, session.begin():
        operating.enable(session, lan)
    assert not is_open(database, said)


def test_a_reset_ends_a_session_that_the_second_step_is_opening(
    database: Engine, username: str, lan: int, reset: Act
) -> None:
    with Session(database) as session, session.begin():
        setup = or_raise(second_factor.begin(session, GUARDED, lan, "", NOW))
        or_raise(second_factor.confirm(session, GUARDED, lan, code_for(setup, NOW), NOW))
        note = two_steps.note_of(session, GUARDED, username, NOW)
    later = NOW + timedelta(seconds=60)
    second = two_steps.Second(note or "", code_for(setup, later), "")
    said = both(database, lambda one: two_steps.finish(one, GUARDED, second, later), reset)
    assert not is_open(database, said)


def test_a_code_of_a_second_factor_that_was_begun_anew_meanwhile_confirms_nothing(
    database: Engine, lan: int
) -> None:
    with Session(database) as session, session.begin():
        setup = or_raise(second_factor.begin(session, GUARDED, lan, "", NOW))
    said: list[list[str] | Problem] = []

    def confirm(session: Session) -> None:
        said.append(second_factor.confirm(session, GUARDED, lan, code_for(setup, NOW), NOW))

    both(database, lambda session: second_factor.begin(session, GUARDED, lan, "", NOW), confirm)
    assert isinstance(said[0], SecondFactorWrong)
    with Session(database) as session:
        assert second_factor_of(session, lan).sealed is None
        assert recovery_codes_left(session, lan) == 0
        trail = session.execute(
            text("SELECT count(*) FROM audit_entries WHERE action = 'totp_set_up' AND person = :p"),
            {"p": lan},
        )
        assert trail.scalar_one() == 0
