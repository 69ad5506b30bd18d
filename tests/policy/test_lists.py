"""Lists, counts and searches hold what lies in the viewer's areas: all of it, and nothing else.

What must be there is counted as the owner of the tables, down the tree from parent to child, and
so by another way than the server's.
"""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.policy.cast import Identity, somebody
from tests.policy.examples.example import Call, fill_in, get, post
from tests.policy.matrix import TWIN, Stage, send
from tests.policy.spots import NOBODY
from tests.world import EAS, LONG

AREAS = ("VN", "01", "001", TWIN, EAS[0], "10", EAS[1])
BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT id FROM areas WHERE survey_id = :survey AND code = :area"
    " UNION ALL SELECT a.id FROM areas a JOIN below b ON a.parent_id = b.id) "
)
MEMBERS = (
    "SELECT DISTINCT p.id FROM people p JOIN memberships m ON m.person_id = p.id"
    " WHERE m.area_id IN (SELECT id FROM below)"
)
CARRIERS = f"{MEMBERS} AND m.role IN ('enumerator', 'team_leader') AND p.disabled_at IS NULL"
TABLETS = f"SELECT id FROM devices WHERE person_id IN ({CARRIERS})"
FINDINGS = (
    "SELECT interview_id::text || rule || path FROM findings WHERE ea_id IN (SELECT id FROM below)"
)
CHILDREN = (
    "SELECT c.code FROM areas c JOIN areas p ON p.id = c.parent_id"
    " WHERE p.survey_id = :survey AND p.code = :area"
)
UNITS = "SELECT code FROM units WHERE ea_id IN (SELECT id FROM below)"


@pytest.fixture(scope="module")
def viewers(stage: Stage) -> dict[str, Identity]:
    """An administrator of each area. In all of them is somebody in the field."""
    for area in AREAS:
        stage.stock.member(stage.here, area)
    stage.stock.member(stage.elsewhere, "001")
    return {area: somebody(stage.here, "administrator", area) for area in AREAS}


def there(stage: Stage, area: str, statement: str) -> set[Any]:
    return {row[0] for row in stage.here.sql(BELOW + statement, area=area)}


def ids(name: str, field: str = "id") -> Callable[[Any], set[Any]]:
    return lambda answer: {one[field] for one in answer.get_json()[name]}


def in_page(pattern: str) -> Callable[[Any], set[Any]]:
    return lambda answer: {int(one) for one in re.findall(pattern, answer.get_data(as_text=True))}


def found_in(answer: Any) -> set[str]:
    told = answer.get_json()["findings"]
    return {one["interview_id"] + one["rule"] + one["path"] for one in told}


def rows_of_file(answer: Any) -> list[list[str]]:
    """Below the heading."""
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))[1:]


PEOPLE_LINK, DEVICE_LINK = r'/people/(\d+)[?"]', r'/devices/(\d+)[?"]'
LISTS: dict[str, tuple[Callable[[str, int], Call], Callable[[Any], set[Any]], str]] = {
    "people": (lambda s, _: get(f"/api/v1/surveys/{s}/people?limit=200"), ids("people"), MEMBERS),
    "people who are searched for": (
        lambda s, _: post(f"/api/v1/surveys/{s}/people/search", {"words": "a sình", "limit": 200}),
        ids("people"),
        f"{MEMBERS} AND p.name = 'Vàng A Sình'",
    ),
    "people of a role": (
        lambda s, _: get(f"/api/v1/surveys/{s}/people?limit=200&role=supervisor"),
        ids("people"),
        f"{MEMBERS} AND m.role = 'supervisor'",
    ),
    "tablets": (
        lambda s, _: get(f"/api/v1/surveys/{s}/devices?limit=200"), ids("devices"), TABLETS,
    ),
    "findings": (lambda s, _: get(f"/api/v1/findings?survey={s}&limit=200"), found_in, FINDINGS),
    "people on a page": (
        lambda s, _: get(f"/surveys/{s}/people"), in_page(PEOPLE_LINK), MEMBERS,
    ),
    "people who are searched for on a page": (
        lambda s, _: fill_in(f"/surveys/{s}/people/search", words="a sình"),
        in_page(PEOPLE_LINK),
        f"{MEMBERS} AND p.name = 'Vàng A Sình'",
    ),
    "tablets on a page": (
        lambda s, _: get(f"/surveys/{s}/devices"), in_page(DEVICE_LINK), TABLETS,
    ),
    "a sheet's people": (
        lambda s, _: get(f"/surveys/{s}/devices/sheet"),
        in_page(r'name="people" value="(\d+)"'),
        CARRIERS,
    ),
    "successors": (
        lambda s, person: get(f"/surveys/{s}/people/{person}/replace"),
        in_page(r'<option value="(\d+)"'),
        CARRIERS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_what_lies_inside_and_nothing_else(
    stage: Stage, viewers: dict[str, Identity], name: str
) -> None:
    call, found, statement = LISTS[name]
    sizes = []
    for area, who in viewers.items():
        own = stage.stock.member(stage.here, area).person
        answer = send(stage.client, call(stage.here.code, own), who)
        assert answer.status_code == 200, (area, answer.get_data(as_text=True))
        expected = there(stage, area, statement)
        if name == "successors":
            expected -= {own}
        assert found(answer) == expected, area
        sizes.append(len(expected))
    # Of a list that is the same everywhere, nothing would be learnt.
    assert len(set(sizes)) > 2


def test_figures_are_those_of_the_area(stage: Stage, viewers: dict[str, Identity]) -> None:
    """Totals, and counts by rule."""
    for area, who in viewers.items():
        asked = f"survey={stage.here.code}"
        total = send(stage.client, get(f"/api/v1/coverage?{asked}"), who).get_json()["total"]
        counted = stage.here.sql(
            BELOW + "SELECT coalesce(sum(expected), 0), coalesce(sum(received), 0),"
            " coalesce(sum(persons), 0) FROM ea_coverage WHERE ea_id IN (SELECT id FROM below)",
            area=area,
        )[0]
        assert (total["expected"], total["received"], total["persons"]) == tuple(counted), area
        rules = send(stage.client, get(f"/api/v1/findings/summary?{asked}"), who).get_json()
        assert sum(one["findings"] for one in rules["rules"]) == len(there(stage, area, FINDINGS))


def test_the_rows_of_figures_are_those_below_the_area(
    stage: Stage, viewers: dict[str, Identity]
) -> None:
    """Areas, or the households of an EA; and as many in the file."""
    for area, who in viewers.items():
        told = send(stage.client, get(f"/api/v1/coverage?survey={stage.here.code}"), who).get_json()
        shown = [one["code"] for one in told["rows"] or told["units"]]
        assert set(shown) == there(stage, area, UNITS if area in EAS else CHILDREN), area
        file = send(stage.client, get(f"/surveys/{stage.here.code}/coverage.csv"), who)
        assert len(rows_of_file(file)) == len(shown), area


def test_forms_are_those_of_ones_surveys(stage: Stage, viewers: dict[str, Identity]) -> None:
    only_there = stage.stock.version(stage.elsewhere, "published", new=False)[0]
    answer = send(stage.client, get("/api/v1/forms"), viewers["001"])
    found = ids("forms", "form_id")(answer)
    assert LONG in found
    assert only_there not in found


def test_one_outside_is_no_place_to_go_on_from(stage: Stage, viewers: dict[str, Identity]) -> None:
    """How their user name sorts among one's own people would be told."""
    outside = stage.stock.member(stage.here, "10").person
    inside = stage.stock.member(stage.here, "001").person
    told = {}
    for after in (inside, outside, NOBODY):
        path = f"/api/v1/surveys/{stage.here.code}/people?after={after}"
        told[after] = send(stage.client, get(path), viewers["001"]).get_json()
    assert told[outside] == told[NOBODY] == {"people": [], "next_after": None}
    assert told[inside]["people"]


@pytest.mark.parametrize("path", ["people?after={}", "devices?person={}"])
def test_a_filter_by_somebody_outside_is_as_by_nobody(
    stage: Stage, viewers: dict[str, Identity], path: str
) -> None:
    outside = stage.stock.member(stage.here, "10").person
    told = [
        send(
            stage.client,
            get(f"/api/v1/surveys/{stage.here.code}/{path.format(person)}"),
            viewers["001"],
        ).get_json()
        for person in (outside, NOBODY)
    ]
    assert told[0] == told[1]


def test_of_a_sheet_for_many_only_ones_own_get_a_card(
    stage: Stage, viewers: dict[str, Identity]
) -> None:
    inside = stage.stock.member(stage.here, "001").person
    outside = stage.stock.member(stage.here, "10").person
    asked = {"people": [inside, outside, NOBODY]}
    path = f"/api/v1/surveys/{stage.here.code}/enrolment-codes"
    answer = send(stage.client, post(path, asked), viewers["001"])
    assert ids("cards", "person_id")(answer) == {inside}
    codes = stage.here.sql(
        "SELECT count(*) FROM enrolment_codes WHERE person_id = :person", person=outside
    )
    assert codes[0][0] == 0
