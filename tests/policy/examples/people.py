"""The people of one's areas, by API."""

import secrets
from typing import Any

from tests.policy.examples.example import Call, Example, delete, get, post
from tests.policy.spots import Spot


def _people(at: Spot, rest: str = "") -> str:
    return f"/api/v1/surveys/{at.survey}/people{rest}"


def _one(at: Spot, rest: str = "") -> str:
    return _people(at, f"/{at.person}{rest}")


def _appointment(area: str) -> dict[str, Any]:
    return {"role": "team_leader", "area": area}


def _open_account(at: Spot) -> Call:
    new = {"username": f"new.{secrets.token_hex(6)}", "name": "Tráng Thị Mới"}
    return post(_people(at), new | _appointment(at.area))


EXAMPLES = {
    "people.list_people": Example(lambda at: get(_people(at, f"?area={at.area}"))),
    "people.search_people": Example(
        lambda at: post(_people(at, "/search"), {"words": "sinh", "area": at.area})
    ),
    "people.one_person": Example(lambda at: get(_one(at))),
    "people.open_account": Example(_open_account, 201, changes=True),
    "people.appoint": Example(
        lambda at: post(_one(at, "/roles"), _appointment(at.mine.area)), 201, changes=True
    ),
    "people.appoint (area)": Example(
        lambda at: post(_one(at.mine, "/roles"), _appointment(at.area)), 201, changes=True
    ),
    "people.end_role": Example(lambda at: delete(_one(at, f"/roles/{at.role}")), 204, changes=True),
    "people.disable": Example(lambda at: post(_one(at, "/disable")), 204, changes=True),
    "people.enable": Example(lambda at: post(_one(at, "/enable")), 204),
    "people.reset_link": Example(
        lambda at: post(_one(at, "/password-resets"), {}), 201, changes=True
    ),
}
