"""The checker on trial: it has to find every planted fault, and to pass the equivalent mutant.

When processes take their turns is not drawn from the seed, so a mutant gets a few trials, although
one should do.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from survey_server.faults.country import Country
from survey_server.faults.mutants import EQUIVALENT, MUTANTS
from survey_server.faults.place import Place, place
from survey_server.faults.trial import Wishes, carry_out

TABLETS = 24
HOUSEHOLDS = 40
PAUSE_SECONDS = 0.5
LONGEST_SECONDS = 60.0
TRIES = 5

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """`found` counts what each check found in the last of so many trials."""

    mutant: str
    good: bool
    trials: int
    found: dict[str, int]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def prove_all(seed: int, names: Sequence[str], say: Say) -> list[Proof]:
    """A name may be there several times."""
    with place(Country(TABLETS, HOUSEHOLDS)) as servers:
        return [
            prove(servers, name, seed + TRIES * place_in_line, say)
            for place_in_line, name in enumerate(names)
        ]


def prove(servers: Place, name: str, seed: int, say: Say) -> Proof:
    tries = 1 if name in EQUIVALENT else TRIES
    for trial in range(1, tries + 1):
        wishes = Wishes(
            seed + trial,
            LONGEST_SECONDS,
            mutant=name,
            workers=1,
            commands=False,
            pause=PAUSE_SECONDS,
        )
        report = carry_out(servers, wishes, say)
        found = {check: len(cases) for check, cases in report.violations.items()}
        if name in EQUIVALENT or found.keys() & set(MUTANTS[name].found_by):
            break
    good = not found if name in EQUIVALENT else bool(found.keys() & set(MUTANTS[name].found_by))
    say(f"{'ok' if good else 'FAILED':6} {name}: {found or 'nothing'} in trial {trial}")
    return Proof(name, good, trial, found)
