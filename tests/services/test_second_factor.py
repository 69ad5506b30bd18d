"""Setting a second factor up, using it, losing it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.problems import (
    LoginFailed,
    Problem,
    RateLimited,
    SecondFactorNeeded,
    SecondFactorWrong,
)
from survey_server.services.people import (
    Attempt,
    Door,
    Seal,
    SignedIn,
    add_person,
    make_reset,
    or_raise,
    second_factor,
    sign_in,
    use_reset,
)
from survey_server.services.people.door import SealBroken
from survey_server.services.people.second_factor import Setup
from survey_server.store.people import second_factor_of, viewer_of
from tests.entering import GUARDED, SEAL, code_for, secret_in

NOW = datetime(2024, 4, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PASSWORD = "mot mat khau du dai"


@pytest.fixture
def hoa(session: Session) -> int:
    return add_person(session, "hoa", "Hòa", PASSWORD, NOW)


@pytest.fixture
def setup(session: Session, hoa: int) -> Setup:
    return or_raise(second_factor.begin(session, GUARDED, hoa, "", NOW))


@pytest.fixture
def codes(session: Session, hoa: int, setup: Setup) -> list[str]:
    return or_raise(second_factor.confirm(session, GUARDED, hoa, code_for(setup, NOW), NOW))


def enter(session: Session, code: str, now: datetime = LATER) -> SignedIn | Problem:
    return sign_in(session, GUARDED, Attempt("hoa", PASSWORD, code), now)


def test_the_right_password_alone_is_asked_for_a_code(
    session: Session, setup: Setup, codes: list[str]
) -> None:
    assert isinstance(enter(session, ""), SecondFactorNeeded)
    opened = enter(session, code_for(setup, LATER))
    assert isinstance(opened, SignedIn)
    assert not opened.setting_up


def test_a_wrong_password_is_not_asked_for_a_code(session: Session, codes: list[str]) -> None:
    tried = sign_in(session, GUARDED, Attempt("hoa", "wrong", "123456"), LATER)
    assert isinstance(tried, LoginFailed)


def test_a_code_is_good_once(session: Session, setup: Setup, codes: list[str]) -> None:
    code = code_for(setup, LATER)
    assert isinstance(enter(session, code), SignedIn)
    assert isinstance(enter(session, code), SecondFactorWrong)
    assert isinstance(enter(session, code_for(setup, LATER, later=1)), SignedIn)


def test_the_code_that_confirmed_is_used(session: Session, setup: Setup, codes: list[str]) -> None:
    assert isinstance(enter(session, code_for(setup, NOW), NOW), SecondFactorWrong)


def test_five_wrong_codes_close_the_account_for_a_while(
    session: Session, setup: Setup, codes: list[str]
) -> None:
    for _ in range(5):
        assert isinstance(enter(session, "000000"), SecondFactorWrong)
    assert isinstance(enter(session, code_for(setup, LATER)), LoginFailed)


def test_asking_without_a_code_does_not_begin_the_count_anew(
    session: Session, setup: Setup, codes: list[str]
) -> None:
    for _ in range(5):
        enter(session, "000000")
        enter(session, "")
    assert isinstance(enter(session, code_for(setup, LATER)), LoginFailed)


def test_each_of_ten_recovery_codes_opens_once_however_it_is_typed(
    session: Session, codes: list[str]
) -> None:
    assert len(set(codes)) == 10
    for code in codes:
        assert isinstance(enter(session, f" {code.upper().replace('-', ' ')} "), SignedIn)
        assert isinstance(enter(session, code), SecondFactorWrong)


def test_new_recovery_codes_end_the_old_ones(
    session: Session, hoa: int, setup: Setup, codes: list[str]
) -> None:
    made = second_factor.renew_recovery_codes(session, GUARDED, hoa, code_for(setup, LATER), LATER)
    assert isinstance(enter(session, codes[0]), SecondFactorWrong)
    assert isinstance(enter(session, or_raise(made)[0]), SignedIn)


def test_a_wrong_code_confirms_nothing_and_attempts_are_limited(
    session: Session, hoa: int, setup: Setup
) -> None:
    for _ in range(5):
        wrong = second_factor.confirm(session, GUARDED, hoa, "000000", NOW)
        assert isinstance(wrong, SecondFactorWrong)
    with pytest.raises(RateLimited):
        second_factor.confirm(session, GUARDED, hoa, code_for(setup, NOW), NOW)
    assert second_factor_of(session, hoa).sealed is None


def test_who_has_a_factor_gives_a_code_before_there_is_another(
    session: Session, hoa: int, setup: Setup, codes: list[str]
) -> None:
    assert isinstance(second_factor.begin(session, GUARDED, hoa, "", LATER), SecondFactorNeeded)
    assert isinstance(
        second_factor.begin(session, GUARDED, hoa, "000000", LATER), SecondFactorWrong
    )
    other = or_raise(second_factor.begin(session, GUARDED, hoa, code_for(setup, LATER), LATER))
    # Until it is confirmed, the first one counts.
    assert isinstance(enter(session, code_for(setup, LATER, later=1)), SignedIn)
    or_raise(second_factor.confirm(session, GUARDED, hoa, code_for(other, LATER), LATER))
    after = LATER + timedelta(hours=1)
    assert isinstance(enter(session, code_for(setup, after), after), SecondFactorWrong)
    assert isinstance(enter(session, code_for(other, after), after), SignedIn)


def test_confirming_ends_all_sessions(session: Session, hoa: int, setup: Setup) -> None:
    before = or_raise(sign_in(session, GUARDED, Attempt("hoa", PASSWORD), NOW)).token
    assert viewer_of(session, before, NOW)
    or_raise(second_factor.confirm(session, GUARDED, hoa, code_for(setup, NOW), NOW))
    assert viewer_of(session, before, NOW) is None


def test_a_reset_for_a_lost_phone_drops_the_factor_and_another_does_not(
    session: Session, hoa: int, codes: list[str]
) -> None:
    for drops in (False, True):
        link = make_reset(session, hoa, None, drops, LATER)
        or_raise(use_reset(session, GUARDED, link.token, PASSWORD, None, LATER))
        assert (second_factor_of(session, hoa).sealed is None) is drops
    assert isinstance(enter(session, codes[0]), SignedIn)
    left = session.execute(
        text("SELECT count(*) FROM recovery_codes WHERE person_id = :hoa"), {"hoa": hoa}
    ).scalar_one()
    assert left == 0


def test_neither_secret_nor_recovery_code_is_in_the_database(
    session: Session, setup: Setup, codes: list[str]
) -> None:
    secret = secret_in(setup.address)
    looked_for = [secret.hex(), setup.secret, *codes, *(code.replace("-", "") for code in codes)]
    for table in ("second_factors", "recovery_codes", "failures", "people"):
        rows = session.execute(text(f"SELECT t::text FROM {table} t")).scalars()
        assert not any(one in row for row in rows for one in looked_for)


def test_a_sealed_secret_opens_for_its_own_person_and_key_only() -> None:
    sealed = SEAL.close(b"secret", 7)
    assert SEAL.open(sealed, 7) == b"secret"
    assert SEAL.close(b"secret", 7) != sealed
    for seal, person in ((SEAL, 8), (Seal(b"x" * 32), 7)):
        with pytest.raises(SealBroken):
            seal.open(sealed, person)


def test_what_was_begun_under_a_key_that_is_lost_is_begun_again(
    session: Session, hoa: int, setup: Setup
) -> None:
    other = Door(Seal(b"o" * 32))
    assert second_factor.pending_setup(session, other, hoa) is None
    code = code_for(setup, NOW)
    assert isinstance(second_factor.confirm(session, other, hoa, code, NOW), SecondFactorWrong)
    anew = or_raise(second_factor.begin(session, other, hoa, "", NOW))
    assert or_raise(second_factor.confirm(session, other, hoa, code_for(anew, NOW), NOW))
