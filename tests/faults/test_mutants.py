"""Each planted fault that shows in every trial is found, and the equivalent one is not."""

from typing import Any

import pytest

from survey_server.faults.mutants import MUTANTS
from survey_server.faults.mutating import NO_KILLS
from tests.faults.trying import proofs_of, require_found

STEADY = sorted(name for name, one in MUTANTS.items() if one.malice == NO_KILLS)


@pytest.fixture(scope="module")
def proofs() -> dict[str, Any]:
    return proofs_of(STEADY)


@pytest.mark.parametrize("mutant", STEADY)
def test_a_planted_fault_is_found(proofs: dict[str, Any], mutant: str) -> None:
    require_found(proofs[mutant])
