"""What could not be understood, and what came twice with other content."""

from typing import Any

from tests.policy.examples.example import Call, Example, get, post
from tests.policy.spots import Spot


def _lying(at: Spot, rest: str = "") -> str:
    return f"/api/v1/quarantine/{at.quarantined}{rest}"


def _looked(path: str, at: Spot) -> Call:
    return get(f"{path}?survey={at.survey}")


def _done(at: Spot, way: str, **told: Any) -> Call:
    return post(_lying(at, f"/{way}"), {"survey": at.survey, **told})


def _all(at: Spot) -> Call:
    """There is something to be tried again."""
    assert at.quarantined
    return post("/api/v1/quarantine/replay", {"survey": at.survey, "area": at.area})


def _twice(at: Spot, rest: str = "") -> str:
    return f"/api/v1/conflicts/{at.twice}{rest}"


def _chosen(at: Spot) -> Call:
    told = {"survey": at.survey, "version": "first", "reason": "x"}
    return post(_twice(at, "/choose"), told)


EXAMPLES = {
    "quarantine.list_quarantine": Example(
        lambda at: get(f"/api/v1/quarantine?survey={at.survey}&area={at.area}")
    ),
    "quarantine.one_quarantined": Example(lambda at: _looked(_lying(at), at)),
    "quarantine.replay": Example(lambda at: _done(at, "replay"), 202, changes=True),
    "quarantine.replay_all": Example(_all, 202, changes=True),
    "quarantine.fix": Example(
        lambda at: _done(at, "fix", reason="x", form_version_id=at.version_id), 202, changes=True
    ),
    "quarantine.set_aside": Example(lambda at: _done(at, "set_aside", reason="x"), changes=True),
    "quarantine.take_back": Example(lambda at: _done(at, "take_back", reason="x"), changes=True),
    "quarantine.list_conflicts": Example(
        lambda at: get(f"/api/v1/conflicts?survey={at.survey}&area={at.area}")
    ),
    "quarantine.one_conflict": Example(lambda at: _looked(_twice(at), at)),
    "quarantine.choose": Example(_chosen, 202, changes=True),
}
