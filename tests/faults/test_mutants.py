"""Each planted fault that shows in every trial is found, and the equivalent one is not."""

import random
from typing import Any

import pytest

from survey_server.faults.mutants import MUTANTS
from survey_server.faults.mutants_of_files import MUTANTS_OF_FILES
from survey_server.faults.mutating import NO_KILLS
from tests.faults.trying import proofs_of, require_found

STEADY = sorted(
    name for name, one in MUTANTS.items() if one.malice == NO_KILLS and name not in MUTANTS_OF_FILES
)


@pytest.fixture(scope="module")
def drawn() -> str:
    """Of those that photos are lost by, one in each run."""
    return random.choice(sorted(MUTANTS_OF_FILES))


@pytest.fixture(scope="module")
def proofs(drawn: str) -> dict[str, Any]:
    return proofs_of([*STEADY, drawn])


@pytest.mark.parametrize("mutant", STEADY)
def test_a_planted_fault_is_found(proofs: dict[str, Any], mutant: str) -> None:
    require_found(proofs[mutant])


def test_what_photos_are_lost_by_is_found(proofs: dict[str, Any], drawn: str) -> None:
    require_found(proofs[drawn])
