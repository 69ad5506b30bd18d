"""The pages of quarantine, conflicts and pairs, their forms filled in as a browser would."""

from typing import Any

from tests.policy.examples.example import Call, Example, fill_in, get
from tests.policy.spots import Spot


def _every(at: Spot, rest: str = "") -> str:
    return f"/surveys/{at.survey}/quarantine{rest}"


def _one(at: Spot, rest: str = "") -> str:
    return _every(at, f"/{at.quarantined}{rest}")


def _twice(at: Spot, rest: str = "") -> str:
    return f"/surveys/{at.survey}/conflicts/{at.twice}{rest}"


def _interview(at: Spot, rest: str = "") -> str:
    return f"/surveys/{at.survey}/interviews/{at.interview}/{at.area}{rest}"


def _pair(at: Spot) -> str:
    a, b = at.pair
    return f"/surveys/{at.survey}/matches/{a}/{at.area}/{b}/{at.area}"


def _all(at: Spot) -> Call:
    """There is something to be tried again."""
    assert at.quarantined
    return fill_in(_every(at, f"/replay?area={at.area}"), code="underivable")


def _mended(at: Spot) -> Call:
    told: dict[str, Any] = {"version": at.version_id, "reason": "x", "content": ""}
    return fill_in(_one(at, "/fix"), **told)


EXAMPLES = {
    "web.quarantine_page": Example(lambda at: get(_every(at, f"?area={at.area}"))),
    "web.quarantined_page": Example(lambda at: get(_one(at))),
    "web.replay_quarantine": Example(_all, 303, changes=True),
    "web.replay_one": Example(lambda at: fill_in(_one(at, "/replay")), 303, changes=True),
    "web.fix_one": Example(_mended, 303, changes=True),
    "web.set_one_aside": Example(
        lambda at: fill_in(_one(at, "/set-aside"), reason="x"), 303, changes=True
    ),
    "web.take_one_back": Example(
        lambda at: fill_in(_one(at, "/take-back"), reason="x"), 303, changes=True
    ),
    "web.conflicts_page": Example(lambda at: get(f"/surveys/{at.survey}/conflicts?area={at.area}")),
    "web.conflict_page": Example(lambda at: get(_twice(at))),
    "web.take_version": Example(
        lambda at: fill_in(_twice(at, "/choose"), version="first", reason="x"), 303, changes=True
    ),
    "web.matches_page": Example(lambda at: get(f"/surveys/{at.survey}/matches?area={at.area}")),
    "web.match_page": Example(lambda at: get(_pair(at))),
    "web.interview_page": Example(lambda at: get(_interview(at))),
    "web.return_interview": Example(
        lambda at: fill_in(_interview(at, "/return"), comment="Xem lại"), 303, changes=True
    ),
}
