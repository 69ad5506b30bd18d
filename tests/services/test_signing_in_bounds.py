"""How often somebody may fail, and what is done for whom."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.problems import LoginFailed, Problem, RateLimited
from survey_server.services.people import Attempt, Door, SignedIn, add_person, sign_in
from survey_server.services.people.limits import block_of
from survey_server.services.people.passwords import Hashes, hashes
from tests.entering import SEAL

NOW = datetime(2024, 4, 3, 12, tzinfo=UTC)
PASSWORD = "mot mat khau du dai"
DOOR = Door(SEAL)


@pytest.fixture
def lan(session: Session) -> int:
    return add_person(session, "lan.tester", "Trần Thị Lan", PASSWORD, NOW)


def attempt(
    session: Session,
    username: str = "lan.tester",
    password: str = PASSWORD,
    now: datetime = NOW,
    address: str = "192.0.2.1",
) -> SignedIn | Problem:
    return sign_in(session, DOOR, Attempt(username, password, address=address), now)


@pytest.mark.parametrize("username", ["lan.tester", "nobody"])
def test_after_five_failures_nobody_looks_at_the_password_whether_the_name_exists_or_not(
    session: Session, lan: int, username: str
) -> None:
    for _ in range(5):
        before = hashes.checked
        assert isinstance(attempt(session, username, "wrong"), LoginFailed)
        assert hashes.checked == before + 1
    before = hashes.checked
    answer = attempt(session, username)
    assert isinstance(answer, LoginFailed)
    assert hashes.checked == before
    assert answer.data == {}


def test_the_bound_of_an_account_holds_in_any_spelling_and_from_anywhere(
    session: Session, lan: int
) -> None:
    for number, name in enumerate(("lan.tester", " Lan.Tester ", "LAN.TESTER") * 2):
        attempt(session, name, "wrong", address=f"192.0.2.{number}")
    assert isinstance(attempt(session, address="198.51.100.9"), LoginFailed)


def test_after_a_quarter_of_an_hour_the_account_is_looked_at_again(
    session: Session, lan: int
) -> None:
    for _ in range(5):
        attempt(session, password="wrong")
    assert isinstance(attempt(session, now=NOW + timedelta(minutes=14)), LoginFailed)
    assert isinstance(attempt(session, now=NOW + timedelta(minutes=15, seconds=1)), SignedIn)


def test_signing_in_begins_the_count_of_the_account_anew_and_not_of_the_address(
    session: Session, lan: int
) -> None:
    for _ in range(10):
        for _ in range(4):
            attempt(session, password="wrong")
        assert isinstance(attempt(session), SignedIn)
    for number in range(10):
        attempt(session, f"nobody{number}", "wrong")
    with pytest.raises(RateLimited):
        attempt(session)


def test_after_fifty_failures_an_address_waits_and_others_do_not(
    session: Session, lan: int
) -> None:
    for number in range(50):
        attempt(session, f"nobody{number}", "wrong", NOW + timedelta(seconds=number))
    with pytest.raises(RateLimited) as refused:
        attempt(session, now=NOW + timedelta(seconds=60))
    assert refused.value.retry_after == 14 * 60
    assert isinstance(attempt(session, address="192.0.2.2"), SignedIn)
    assert isinstance(attempt(session, now=NOW + timedelta(minutes=16)), SignedIn)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_a_whole_line_of_ipv6_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (block_of(one) == block_of(other)) is same


@pytest.mark.parametrize(
    "reason", ["unknown name", "no password", "disabled", "wrong password", "a name with U+0000"]
)
def test_every_failure_takes_the_same_steps(session: Session, lan: int, reason: str) -> None:
    """Not the clock is asked: whoever fails has had exactly one hash checked."""
    add_person(session, "no.password", "Không", None, NOW)
    add_person(session, "gone", "Đã Nghỉ", PASSWORD, NOW)
    session.execute(text("UPDATE people SET disabled_at = now() WHERE username = 'gone'"))
    username, password = {
        "unknown name": ("nobody", PASSWORD),
        "no password": ("no.password", PASSWORD),
        "disabled": ("gone", PASSWORD),
        "wrong password": ("lan.tester", "wrong"),
        "a name with U+0000": ("lan\0tester", PASSWORD),
    }[reason]
    before = hashes.checked
    answer = attempt(session, username, password)
    assert isinstance(answer, LoginFailed)
    assert answer.data == {}
    assert hashes.checked == before + 1


def test_names_that_were_tried_are_not_in_the_database(session: Session) -> None:
    attempt(session, "ten dang nhap la mat khau", "wrong")
    rows = session.execute(text("SELECT f::text FROM failures f")).scalars().all()
    assert len(rows) >= 2
    assert not any("dang nhap" in row or "192.0.2.1" in row for row in rows)


def test_a_password_is_one_however_the_keyboard_composes_it(session: Session) -> None:
    composed, decomposed = (
        "m\u1eadt kh\u1ea9u d\u00e0i",
        "ma\u0323\u0302t kha\u0302\u0309u da\u0300i",
    )
    add_person(session, "mai", "Mai", composed, NOW)
    assert isinstance(attempt(session, "mai", decomposed), SignedIn)


def test_a_thousand_characters_are_a_password(session: Session) -> None:
    long = "câu thơ thứ nhất " * 58
    add_person(session, "mai", "Mai", long, NOW)
    assert isinstance(attempt(session, "mai", long), SignedIn)
    assert isinstance(attempt(session, "mai", long[:-1]), LoginFailed)


def test_no_more_hashes_at_once_than_allowed_and_whoever_waits_too_long_is_told_so() -> None:
    few = Hashes(at_once=1, patience=0.05)
    with few._slot(), pytest.raises(problems.Overloaded):
        few.fits(None, PASSWORD)
    assert few.fits(few.of(PASSWORD), PASSWORD)


@pytest.fixture
def committed(database: Engine) -> Iterator[str]:
    username = f"lan.{uuid4().hex[:8]}"
    with Session(database) as session, session.begin():
        add_person(session, username, "Lan", PASSWORD, NOW)
    yield username
    with Session(database) as session, session.begin():
        session.execute(text("DELETE FROM failures"))


def test_thirty_attempts_at_once_are_five_looks_at_the_password(
    database: Engine, committed: str
) -> None:
    before = hashes.checked
    barrier = threading.Barrier(8)

    def guess() -> None:
        barrier.wait()
        for _ in range(4):
            with Session(database) as session, session.begin():
                attempt(session, committed, "wrong")

    guessers = [threading.Thread(target=guess) for _ in range(8)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join()
    assert hashes.checked - before == 5
