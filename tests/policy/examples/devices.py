"""Tablets, by API: given out, listed, taken back, handed on."""

import secrets

from tests.policy.examples.example import Call, Example, get, post
from tests.policy.spots import Spot


def _device(at: Spot, rest: str) -> str:
    return f"/api/v1/surveys/{at.survey}/devices/{at.device}/{rest}"


def _person(at: Spot, rest: str) -> str:
    return f"/api/v1/surveys/{at.survey}/people/{at.person}/{rest}"


def _sheet(at: Spot, **wishes: object) -> Call:
    return post(f"/api/v1/surveys/{at.survey}/enrolment-codes", wishes)


def _replace_by_new(at: Spot) -> Call:
    new = {"username": f"new.{secrets.token_hex(6)}", "name": "Giàng Thị Đến"}
    return post(_person(at, "replace"), {"new": new})


EXAMPLES = {
    "devices.issue": Example(
        lambda at: post(_person(at, "enrolment-codes"), {}), 201, changes=True
    ),
    "devices.issue (Collect)": Example(
        lambda at: post(_person(at, "enrolment-codes"), {"client": "odk_collect"}),
        201,
        changes=True,
    ),
    "devices.issue_sheet": Example(
        lambda at: _sheet(at, area=at.area, people=[at.person]), 201, changes=True
    ),
    "devices.issue_sheet (person)": Example(
        lambda at: _sheet(at, people=[at.person]), 201, changes=True
    ),
    "devices.list_devices": Example(
        lambda at: get(f"/api/v1/surveys/{at.survey}/devices?area={at.area}")
    ),
    "devices.search_devices": Example(
        lambda at: post(
            f"/api/v1/surveys/{at.survey}/devices/search", {"words": "a", "area": at.area}
        )
    ),
    "devices.revoke": Example(lambda at: post(_device(at, "revoke"), {}), changes=True),
    "devices.lost": Example(lambda at: post(_device(at, "lost"), {}), changes=True),
    "devices.to_revisit": Example(lambda at: get(_device(at, "to-revisit"))),
    "devices.replace": Example(_replace_by_new, changes=True),
    "devices.replace (successor)": Example(
        lambda at: post(_replaceable(at), {"by": at.person}), changes=True
    ),
}


def _replaceable(at: Spot) -> str:
    """Somebody else of the caller's own area."""
    return f"/api/v1/surveys/{at.survey}/people/{at.colleague}/replace"
