"""Who may appoint whom, what a password must be, and the codes of an authenticator app."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_server.domain.people import ROLES, Scope, needs_second_factor
from survey_server.domain.people.appointing import APPOINTS, Post, may_appoint
from survey_server.domain.people.one_time_codes import (
    address_of,
    as_typed,
    code_of,
    step_at,
    step_that_fits,
)
from survey_server.domain.people.passwords import SHORTEST, commonest, fault_of

COUNTRY, PROVINCE, DISTRICT = 1, 12, 123
# Who may fill which post, by hand: O in the own area and below, B only below, . never.
TABLE = """
              enumerator team_leader supervisor data_manager administrator auditor
enumerator    .          .           .          .            .             .
team_leader   .          .           .          .            .             .
supervisor    O          O           B          .            .             .
data_manager  O          O           O          B            .             .
administrator O          O           O          O            O             O
auditor       .          .           .          .            .             .
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [(row[0], role, cell) for row in rows for role, cell in zip(head, row[1:], strict=True)]


@pytest.mark.parametrize(("by", "role", "cell"), cells())
def test_who_may_appoint_whom(by: str, role: str, cell: str) -> None:
    mine = [Scope("census", PROVINCE, by)]
    own = Post("census", role, (COUNTRY, PROVINCE))
    below = Post("census", role, (COUNTRY, PROVINCE, DISTRICT))
    assert may_appoint(mine, own) is (cell == "O")
    assert may_appoint(mine, below) is (cell in "OB")


@pytest.mark.parametrize(("by", "role", "cell"), cells())
def test_nobody_appoints_above_beside_or_elsewhere(by: str, role: str, cell: str) -> None:
    mine = [Scope("census", PROVINCE, by)]
    assert not may_appoint(mine, Post("census", role, (COUNTRY,)))
    # 13 and 120 are other provinces, whatever their numbers begin with.
    assert not may_appoint(mine, Post("census", role, (COUNTRY, 13, DISTRICT)))
    assert not may_appoint(mine, Post("census", role, (COUNTRY, 120)))
    assert not may_appoint(mine, Post("another", role, (COUNTRY, PROVINCE)))


def test_the_table_names_every_role() -> None:
    assert set(APPOINTS) == set(ROLES)
    assert len(cells()) == len(ROLES) ** 2


@pytest.mark.parametrize("role", ROLES)
def test_everybody_but_field_staff_needs_a_second_factor(role: str) -> None:
    assert needs_second_factor([role]) is (role not in ("enumerator", "team_leader"))
    assert needs_second_factor(["enumerator", role]) is needs_second_factor([role])


OWN = ("lan.tester@census", "lan.tester", "Trần Thị Lan", "census_2024")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("mot mat khau du dai", None),
        ("đâylàmậtkhẩutốt", None),
        ("x7k2m9p4q1zt", None),
        ("🐃🌾🏔️🛶🐓🌧️🍚🪁🎋🥁🧺", None),
        ("y" * 11, "password_too_short"),
        ("", "password_too_short"),
        ("mot mat khau rat dai " * 50, "password_too_long"),
        ("a" * 12, "password_too_common"),
        (" " * 12, "password_too_common"),
        ("abcabcabcabc", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("qwertyuiopas", "password_too_common"),
        ("Password1234!", "password_too_common"),
        ("passwordpassword", "password_too_common"),
        ("Trần Thị Lan", "password_is_name"),
        ("tran-thi-lan 1990", "password_is_name"),
        ("lan.tester12345", "password_is_name"),
        ("census_2024_2024", "password_is_name"),
    ],
)
def test_a_password_is_long_and_no_commonplace(password: str, fault: str | None) -> None:
    assert fault_of(password, OWN) == fault


def test_the_three_thousand_commonest_are_refused_however_they_are_written() -> None:
    assert len(commonest()) >= 3000
    for common in commonest():
        assert fault_of(common) is not None
        assert fault_of(common.upper()) is not None
        if len(common) >= SHORTEST:
            assert fault_of(common) == "password_too_common"


def test_no_kind_of_character_is_demanded() -> None:
    for password in ("bonchinbaymuoi", "BONCHINBAYMUOI", "903571864205", "%&/()=?*+#;:"):
        assert fault_of(password) is None, password


RFC_6238 = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
SECRET = b"12345678901234567890"


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, the last six of the eight digits given there."""
    assert code_of(SECRET, seconds // 30) == code


def test_a_clock_may_be_one_step_away_and_no_more() -> None:
    now = datetime(2024, 4, 3, 12, 0, 15, tzinfo=UTC)
    for steps, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = code_of(SECRET, step_at(now + timedelta(seconds=30 * steps)))
        assert (step_that_fits(SECRET, code, now, 0) is not None) is fits, steps


def test_a_step_that_was_used_fits_no_more_nor_any_before_it() -> None:
    now = datetime(2024, 4, 3, 12, 0, 15, tzinfo=UTC)
    here = step_at(now)
    for step, fits in ((here - 1, False), (here, False), (here + 1, True)):
        assert (step_that_fits(SECRET, code_of(SECRET, step), now, here) is not None) is fits


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("123 456", "123456"), ("123456", "123456"), ("12345", ""), ("١٢٣٤٥٦", ""), ("abcdef", "")],
)
def test_what_was_typed_becomes_digits(typed: str, digits: str) -> None:
    assert as_typed(typed) == digits


def test_the_address_is_what_apps_read() -> None:
    assert address_of(SECRET, "hoa@census", "survey server") == (
        "otpauth://totp/survey%20server:hoa%40census"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=survey%20server"
    )
