"""A few interviews to tell again and again, and what each of them comes to."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview
from tests.world import EAS, LONG

WHEN = datetime(2024, 4, 3, 9, tzinfo=UTC)
LATER_PARTS = ("residence", "household_size", "person", "deaths", "dwelling")


@dataclass(frozen=True)
class Told:
    """`result` as coverage counts it; `persons` where people are told."""

    tree: dict[str, Any] = field(repr=False)
    result: str
    complete: bool
    persons: int

    def of(self, unit: str) -> dict[str, Any]:
        tree = deepcopy(self.tree)
        tree["identification"]["unit_code"] = unit
        return tree


def _full(seed: int) -> Told:
    tree: dict[str, Any] = interview(
        Random(1), LONG, household(Random(seed), Profile()), EAS[0] + "-001", WHEN
    )
    return Told(tree, "interviewed", True, len(tree["person"]))


def _partial(seed: int) -> Told:
    tree = deepcopy(_full(seed).tree)
    del tree["person"][0]["sex"]
    return Told(tree, "interviewed", False, len(tree["person"]))


def _absent(seed: int) -> Told:
    tree = deepcopy(_full(seed).tree)
    tree["identification"]["visit_result"] = "3"
    for part in LATER_PARTS:
        tree.pop(part, None)
    return Told(tree, "absent", False, 0)


STORIES = (_full(3), _full(4), _partial(5), _absent(6))
