"""Frames come in whole or not at all, and a second time change nothing."""

import hashlib
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.frame import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    SurveyDefinition,
    UnitRow,
    read_areas,
    table_of,
)
from survey_server.problems import ImportInvalid
from survey_server.services import frame as services
from survey_server.store import frame
from survey_server.store.frame import Survey
from survey_server.store.incoming import Counts
from tests.entering import signed_in

NOW = datetime(2024, 4, 1, 8, tzinfo=UTC)
IN_BOTH = {"vi": "a", "en": "a"}
DEFINITION = SurveyDefinition(
    code="frame_import",
    name=IN_BOTH,
    levels=["country", "province", "ea"],
    level_names={"country": IN_BOTH, "province": IN_BOTH, "ea": IN_BOTH},
    match_level="province",
    timezone="Asia/Ho_Chi_Minh",
    starts_on=date(2024, 4, 1),
    ends_on=date(2024, 4, 30),
)

TREE = [
    AreaRow("e1", "ea", "01", "Địa bàn 1", form_id="short"),
    AreaRow("e2", "ea", "02", "Địa bàn 2", form_id="long"),
    AreaRow("01", "province", "VN", "Hà Nội"),
    AreaRow("02", "province", "VN", "Đà Nẵng"),
    AreaRow("VN", "country", None, "Việt Nam"),
]
UNITS = [
    UnitRow("u1", "e1", "Số 1", "Nguyễn Văn A", 4),
    UnitRow("u2", "e1", "Số 2", "Trần Thị B", 3),
    UnitRow("u3", "e2", None, None, None, expected=False),
]
PEOPLE = [
    PersonRow("mai", "Mai", "enumerator", "e1"),
    PersonRow("mai", "Mai", "enumerator", "e2"),
    PersonRow("hung", "Hùng", "supervisor", "01", "mật khẩu của Hùng"),
]


@pytest.fixture
def survey(session: Session) -> Survey:
    return services.add_survey(session, DEFINITION)


@pytest.fixture
def tree(session: Session, survey: Survey) -> Survey:
    services.import_areas(session, survey, table_of(TREE))
    return survey


@pytest.fixture
def staffed(session: Session, tree: Survey) -> Survey:
    services.import_units(session, tree, table_of(UNITS))
    services.import_people(session, tree, table_of(PEOPLE), NOW)
    return tree


def expected(session: Session, survey: Survey) -> dict[str | None, int]:
    rows = session.execute(
        text(
            "SELECT a.code, c.expected FROM ea_coverage c LEFT JOIN areas a ON a.id = c.ea_id "
            "WHERE c.survey_id = :survey"
        ),
        {"survey": survey.id},
    )
    return {row.code: row.expected for row in rows}


def path_codes(session: Session, survey: Survey, code: str) -> list[str]:
    rows = session.execute(
        text(
            "SELECT above.code FROM areas a CROSS JOIN unnest(a.path) WITH ORDINALITY p(id, place) "
            "JOIN areas above ON above.id = p.id WHERE a.survey_id = :survey AND a.code = :code "
            "ORDER BY place"
        ),
        {"survey": survey.id, "code": code},
    )
    return [row.code for row in rows]


def refused(call: Any, *arguments: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportInvalid) as problem:
        call(*arguments)
    return [(each["row"], each["column"], each["code"]) for each in problem.value.errors]


def test_the_areas_of_2024_come_in_within_seconds_and_once(
    session: Session, survey: Survey
) -> None:
    levels = ["country", "region", "province", "district", "commune", "ea"]
    names = dict.fromkeys(levels, IN_BOTH)
    national = services.add_survey(
        session, replace(DEFINITION, code="national", levels=levels, level_names=names)
    )
    table = read_areas((files("survey_server.frames") / "vietnam_2024_areas.csv").read_bytes())
    started = time.monotonic()
    assert services.import_areas(session, national, table) == Counts(11_374, 0, 0)
    assert services.import_areas(session, national, table) == Counts(0, 0, 11_374)
    assert time.monotonic() - started < 60
    assert path_codes(session, national, "00001") == ["VN", "V1", "01", "001", "00001"]
    highlands = frame.area_by_code(session, national.id, "V4")
    assert highlands is not None
    names_in_order = [area.name for area in frame.children(session, highlands.id)]
    assert names_in_order == ["Đắk Lắk", "Đắk Nông", "Gia Lai", "Kon Tum", "Lâm Đồng"]


def test_areas_come_in_any_order_and_know_their_path(session: Session, tree: Survey) -> None:
    assert path_codes(session, tree, "e2") == ["VN", "02", "e2"]
    assert expected(session, tree) == {"e1": 0, "e2": 0, None: 0}


def test_a_renamed_area_is_the_only_change(session: Session, tree: Survey) -> None:
    renamed = [*TREE[:-1], replace(TREE[-1], name_en="Viet Nam")]
    assert services.import_areas(session, tree, table_of(renamed)) == Counts(0, 1, 4)


def test_an_area_that_moves_takes_along_what_is_below(session: Session, tree: Survey) -> None:
    top = AreaRow("V2", "country", None, "Khác")
    services.import_areas(session, tree, table_of([top, AreaRow("01", "province", "V2", "Hà Nội")]))
    assert path_codes(session, tree, "e1") == ["V2", "01", "e1"]


def test_a_file_with_one_mistake_brings_nothing(session: Session, tree: Survey) -> None:
    rows = [AreaRow("03", "province", "VN", "Mới"), AreaRow("e3", "ea", "09", "Địa bàn 3")]
    found = refused(services.import_areas, session, tree, table_of(rows))
    assert found == [(3, "parent", "unknown_parent")]
    assert frame.area_by_code(session, tree.id, "03") is None


def test_levels_cannot_change_under_areas(session: Session, tree: Survey) -> None:
    other = replace(DEFINITION, levels=["country", "ea", "province"])
    assert refused(services.add_survey, session, other) == [(0, "levels", "levels_changed")]
    later = services.add_survey(session, replace(DEFINITION, ends_on=date(2024, 5, 10)))
    assert (later.id, later.ends_on) == (tree.id, date(2024, 5, 10))


def test_units_set_what_their_eas_expect(session: Session, tree: Survey) -> None:
    assert services.import_units(session, tree, table_of(UNITS)) == Counts(3, 0, 0)
    assert services.import_units(session, tree, table_of(UNITS)) == Counts(0, 0, 3)
    assert expected(session, tree) == {"e1": 2, "e2": 0, None: 0}


def test_a_unit_that_moves_is_expected_where_it_goes(session: Session, staffed: Survey) -> None:
    moved = [replace(UNITS[0], ea="e2")]
    assert services.import_units(session, staffed, table_of(moved)) == Counts(0, 1, 0)
    assert expected(session, staffed) == {"e1": 1, "e2": 1, None: 0}


def test_units_of_no_ea_are_refused(session: Session, tree: Survey) -> None:
    rows = [UnitRow("u1", "e9", None, None, None), UnitRow("u2", "01", None, None, None)]
    found = refused(services.import_units, session, tree, table_of(rows))
    assert found == [(2, "ea", "unknown_ea"), (3, "ea", "not_an_ea")]


def test_people_come_with_their_roles_and_passwords(session: Session, staffed: Survey) -> None:
    assert signed_in(session, "hung", "mật khẩu của Hùng", NOW)
    again = [*PEOPLE[:2], replace(PEOPLE[2], password="another password")]
    assert services.import_people(session, staffed, table_of(again), NOW) == Counts(0, 0, 3)
    assert signed_in(session, "hung", "mật khẩu của Hùng", NOW)


def test_a_role_in_no_area_is_refused(session: Session, tree: Survey) -> None:
    rows = [PersonRow("mai", "Mai", "enumerator", "e9")]
    found = refused(services.import_people, session, tree, table_of(rows), NOW)
    assert found == [(2, "area", "unknown_area")]


def test_a_secret_is_told_once(session: Session, staffed: Survey) -> None:
    table = table_of([DeviceRow("T1", "mai")])
    counts, told = services.import_devices(session, staffed, table, NOW)
    assert (counts, len(told)) == (Counts(1, 0, 0), 1)
    stored = session.execute(
        text("SELECT secret_sha256 FROM devices WHERE survey_id = :survey"), {"survey": staffed.id}
    ).scalar_one()
    assert bytes(stored) == hashlib.sha256(told[0].secret.encode()).digest()
    assert services.import_devices(session, staffed, table, NOW) == (Counts(0, 0, 1), [])
    assert services.add_device(session, staffed, "Mai", "T1", NOW).secret != told[0].secret
    still_good = session.execute(
        text("SELECT secret_sha256 FROM devices WHERE survey_id = :survey AND revoked_at IS NULL"),
        {"survey": staffed.id},
    ).scalar_one()
    assert bytes(still_good) != bytes(stored), "the secret that the tablet had is ended"


def test_a_tablet_goes_to_somebody_of_the_survey(session: Session, staffed: Survey) -> None:
    rows = table_of([DeviceRow("T1", "mai"), DeviceRow("T2", "nobody")])
    found = refused(services.import_devices, session, staffed, rows, NOW)
    assert found == [(3, "username", "unknown_person")]
    with pytest.raises(ImportInvalid):
        services.add_device(session, staffed, "nobody", "T3", NOW)


def test_assignments_are_of_an_ea_or_a_unit_in_it(session: Session, staffed: Survey) -> None:
    rows = [AssignmentRow("mai", "e1", None, date(2024, 4, 9)), AssignmentRow("mai", "e1", "u2")]
    assert services.import_assignments(session, staffed, table_of(rows), NOW) == Counts(2, 0, 0)
    assert services.import_assignments(session, staffed, table_of(rows), NOW) == Counts(0, 0, 2)
    later = [replace(rows[0], due=date(2024, 4, 12))]
    assert services.import_assignments(session, staffed, table_of(later), NOW) == Counts(0, 1, 0)


def test_wrong_assignments_are_told_by_column(session: Session, staffed: Survey) -> None:
    rows = [
        AssignmentRow("nobody", "e1"),
        AssignmentRow("mai", "02"),
        AssignmentRow("mai", "e2", "u1"),
        AssignmentRow("mai", "e2", "u9"),
    ]
    found = refused(services.import_assignments, session, staffed, table_of(rows), NOW)
    assert found == [
        (2, "username", "unknown_person"),
        (3, "ea", "not_an_ea"),
        (4, "unit", "unknown_unit"),
        (5, "unit", "unknown_unit"),
    ]
