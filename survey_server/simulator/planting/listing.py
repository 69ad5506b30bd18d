"""Mistakes in the list of an area's households."""

from random import Random

from survey_server.simulator.draws import pick
from survey_server.simulator.planting.slips import Expected, Slip, Where, put, told_needlessly
from survey_server.simulator.planting.spots import Spot, Tree, spots

LIVED_IN, NO_DWELLING = "1", "4"


def _is_empty(row: Tree) -> bool:
    return "head_name" not in row


def _is_lived_in(row: Tree) -> bool:
    return bool(row["status"] == LIVED_IN)


CONSTRAINTS: tuple[Slip, ...] = (
    put("constraint", "area/lister", "Tư 2", "Nguyễn V. Hùng"),
    put("constraint", "listed/house_number", "0", "1000"),
    put("constraint", "listed/phone", "09", "0912 345 678", where=_is_lived_in),
)
NOT_RELEVANT: tuple[Slip, ...] = tuple(
    told_needlessly(f"listed/{question}", answer, where=_is_empty)
    for question, answer in (
        ("size", "3"),
        ("women", "1"),
        ("has_minority", "1"),
        ("phone", "0912345678"),
        ("head_name", "Giàng A Páo"),
    )
)


def _rows(answers: Tree, question: str, where: Where) -> list[Spot]:
    return [one for one in spots(answers, ("listed", question)) if where(one.entry)]


def _sized(rng: Random, answers: Tree, size: int, women: int) -> str | None:
    """A household becomes so large, and the totals with it; returns where."""
    rows = _rows(answers, "size", _is_lived_in)
    if not rows:
        return None
    spot, totals = pick(rng, rows), answers["totals"]
    for question, total, count in (("size", "persons", size), ("women", "women", women)):
        more = count - int(spot.entry[question])
        totals[f"{total}_total"] = str(int(totals[f"{total}_total"]) + more)
        spot.entry[question] = str(count)
    return spot.path


def _nobody_in_household(rng: Random, answers: Tree) -> Expected | None:
    place = _sized(rng, answers, 0, 0)
    return ("LIS02", place) if place else None


def _very_large_household(rng: Random, answers: Tree) -> Expected | None:
    place = _sized(rng, answers, 31, 12)
    return ("LIS03", place) if place else None


def _numbered(answers: Tree) -> list[Spot]:
    return _rows(answers, "household_number", lambda row: "household_number" in row)


def _number_twice(rng: Random, answers: Tree) -> Expected | None:
    """The last number is the one that no other number follows."""
    numbered = _numbered(answers)
    if len(numbered) < 2:
        return None
    last = numbered.pop()
    last.entry["household_number"] = pick(rng, numbered).entry["household_number"]
    return "LIS01", last.path


def _number_left_out(_: Random, answers: Tree) -> Expected | None:
    numbered = _numbered(answers)
    if not numbered:
        return None
    last = numbered[-1]
    last.entry["household_number"] = f"{int(last.entry['household_number']) + 1:03d}"
    return "LIS04", last.path


def _written_twice(rng: Random, answers: Tree) -> Expected | None:
    numbered = _numbered(answers)
    if len(numbered) < 2:
        return None
    first, again = rng.sample(numbered, 2)
    if int(first.entry["line"]) > int(again.entry["line"]):
        first, again = again, first
    again.entry.update({name: first.entry[name] for name in ("head_name", "address")})
    return "LIS05", f"{again.place}/head_name"


ERRORS: tuple[Slip, ...] = (_number_twice, _nobody_in_household)
WARNINGS: tuple[Slip, ...] = (_very_large_household, _number_left_out, _written_twice)
