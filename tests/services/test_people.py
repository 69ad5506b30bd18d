from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services.people import add_person, replace_password, sign_out
from survey_server.store.people import keep_alive, viewer_of
from tests.entering import signed_in

NOW = datetime(2024, 4, 3, 12, tzinfo=UTC)
PASSWORD = "mot mat khau du dai"


@pytest.fixture
def lan(session: Session) -> int:
    return add_person(session, "Lan.Tester", "Trần Thị Lan", PASSWORD, NOW)


def test_a_session_is_found_by_its_token_only(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    found = viewer_of(session, token, NOW)
    assert found is not None
    assert found.person_id == lan
    assert viewer_of(session, token[:-1] + "!", NOW) is None


def test_user_names_have_no_case(session: Session, lan: int) -> None:
    assert signed_in(session, "  LAN.TESTER ", PASSWORD, NOW)


@pytest.mark.parametrize(
    ("username", "password"),
    [("lan.tester", "wrong"), ("nobody", PASSWORD), ("lan.tester", ""), ("lan.tester", "x" * 5000)],
)
def test_every_failure_is_the_same(
    session: Session, lan: int, username: str, password: str
) -> None:
    with pytest.raises(problems.LoginFailed):
        signed_in(session, username, password, NOW)


def test_a_disabled_account_neither_signs_in_nor_stays_in(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    session.execute(text("UPDATE people SET disabled_at = now() WHERE id = :id"), {"id": lan})
    assert viewer_of(session, token, NOW) is None
    with pytest.raises(problems.LoginFailed):
        signed_in(session, "lan.tester", PASSWORD, NOW)


def test_an_account_without_password_cannot_signed_in(session: Session) -> None:
    add_person(session, "no.password", "Không Mật Khẩu", None, NOW)
    with pytest.raises(problems.LoginFailed):
        signed_in(session, "no.password", "", NOW)


def test_a_session_ends_after_half_an_hour_of_silence(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    assert viewer_of(session, token, NOW + timedelta(minutes=29))
    assert viewer_of(session, token, NOW + timedelta(minutes=31)) is None


def test_a_session_in_use_ends_after_twelve_hours(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    for minutes in range(0, 12 * 60, 20):
        keep_alive(session, token, NOW + timedelta(minutes=minutes))
    assert viewer_of(session, token, NOW + timedelta(minutes=12 * 60 - 1))
    keep_alive(session, token, NOW + timedelta(hours=12))
    assert viewer_of(session, token, NOW + timedelta(hours=12, minutes=1)) is None


def test_signing_out_ends_the_session(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    sign_out(session, token)
    assert viewer_of(session, token, NOW) is None


def test_neither_password_nor_token_is_in_the_database(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    for table in ("people", "sessions"):
        rows = session.execute(text(f"SELECT t::text FROM {table} t")).scalars()
        assert not any(PASSWORD in row or token in row for row in rows)


@pytest.mark.parametrize(
    ("hour", "areas"), [(16, 0), (17, 1)], ids=["the evening before", "the first morning"]
)
def test_a_role_begins_with_the_day_of_the_survey_s_own_clock(
    session: Session, lan: int, hour: int, areas: int
) -> None:
    """At 17:00 UTC a new day begins in Viet Nam."""
    survey = session.execute(
        text(
            "INSERT INTO surveys (code, name, levels, level_names, match_level, timezone,"
            " starts_on, ends_on, training) VALUES ('clock', '{}', '{ea}', '{}', 'ea',"
            " 'Asia/Ho_Chi_Minh', '2024-04-01', '2024-04-30', false) RETURNING id"
        )
    ).scalar_one()
    session.execute(
        text(
            "WITH id AS (SELECT nextval(pg_get_serial_sequence('areas', 'id')) AS id),"
            " area AS (INSERT INTO areas (id, survey_id, level, code, name, sort_key, path)"
            "  OVERRIDING SYSTEM VALUE SELECT id, :survey, 0, 'x', 'x', '', ARRAY[id] FROM id"
            "  RETURNING id)"
            " INSERT INTO memberships (person_id, survey_id, area_id, role, valid_from)"
            " SELECT :person, :survey, id, 'supervisor', '2024-04-04' FROM area"
        ),
        {"survey": survey, "person": lan},
    )
    now = NOW.replace(hour=hour)
    found = viewer_of(session, signed_in(session, "lan.tester", PASSWORD, now), now)
    assert found is not None
    assert len(found.scopes) == areas


def test_a_new_password_replaces_the_old_one_and_ends_sessions(session: Session, lan: int) -> None:
    token = signed_in(session, "lan.tester", PASSWORD, NOW)
    made = replace_password(session, "Lan.Tester")
    assert made
    assert viewer_of(session, token, NOW) is None
    with pytest.raises(problems.LoginFailed):
        signed_in(session, "lan.tester", PASSWORD, NOW)
    assert signed_in(session, "lan.tester", made, NOW)


def test_nobody_gets_a_password_who_has_no_account(session: Session) -> None:
    assert replace_password(session, "nobody") is None
