"""Slips: functions that spoil an answers tree and say which rule has to find it, and where.

A slip that has nothing to spoil in a tree, as a household without children has no child of the
wrong age, leaves it as it is and returns None.
"""

from collections.abc import Callable, Sequence
from random import Random

from survey_server.simulator.draws import pick
from survey_server.simulator.planting.spots import Spot, Tree, spots

Expected = tuple[str, str]
Slip = Callable[[Random, Tree], Expected | None]
Where = Callable[[Tree], bool]


class NothingToSpoil(ValueError):
    """No mistake of this kind can be made in this interview."""


def anywhere(_: Tree) -> bool:
    return True


def put(rule: str, path: str, *values: str, where: Where = anywhere) -> Slip:
    """One of the values as the answer, whether it was answered or not. `where` sees the group that
    holds the question."""

    def slip(rng: Random, answers: Tree) -> Expected | None:
        spot = drawn(rng, [one for one in spots(answers, path.split("/")) if where(one.entry)])
        if spot is None:
            return None
        spot.entry[spot.name] = pick(rng, values)
        return rule, spot.path

    return slip


def counted(
    rule: str, path: str, value: Callable[[Tree, Tree], int], where: Where = anywhere
) -> Slip:
    """A number as the answer, from what else the group and the interview tell."""

    def slip(rng: Random, answers: Tree) -> Expected | None:
        spot = drawn(rng, [one for one in spots(answers, path.split("/")) if where(one.entry)])
        if spot is None:
            return None
        spot.entry[spot.name] = str(value(spot.entry, answers))
        return rule, spot.path

    return slip


def told_needlessly(path: str, answer: str, where: Where = anywhere) -> Slip:
    """An answer to a question that was not asked. Where its group was not asked either, the group
    comes with it: `answer` may stand one group below what is there."""

    def slip(rng: Random, answers: Tree) -> Expected | None:
        steps = path.split("/")
        off = [one for one in spots(answers, steps) if not one.answered and where(one.entry)]
        spot = drawn(rng, off)
        if spot is not None:
            spot.entry[spot.name] = answer
            return "not_relevant", spot.path
        return _with_its_group(rng, answers, steps, answer)

    return slip


def _with_its_group(
    rng: Random, answers: Tree, steps: Sequence[str], answer: str
) -> Expected | None:
    group = drawn(rng, [one for one in spots(answers, steps[:-1]) if not one.answered])
    if group is None or len(steps) < 2:
        return None
    group.entry[group.name] = {steps[-1]: answer}
    return "not_relevant", f"{group.path}/{steps[-1]}"


def drawn(rng: Random, found: Sequence[Spot]) -> Spot | None:
    return pick(rng, found) if found else None


def first_that_can(rng: Random, slips: Sequence[Slip], answers: Tree) -> Expected:
    """Any of the slips, drawn by lot among those that find something to spoil."""
    for slip in rng.sample(slips, len(slips)):
        expected = slip(rng, answers)
        if expected is not None:
            return expected
    raise NothingToSpoil
