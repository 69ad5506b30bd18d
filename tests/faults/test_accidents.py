"""Each planted fault that only an accident brings to light is found; the accident is made."""

from typing import Any

import pytest

from survey_server.faults.mutants import MUTANTS
from survey_server.faults.mutants_of_files import MUTANTS_OF_FILES
from survey_server.faults.mutating import NO_KILLS
from tests.faults.trying import proofs_of, require_found

DEADLY = sorted(
    name for name, one in MUTANTS.items() if one.malice != NO_KILLS and name not in MUTANTS_OF_FILES
)


@pytest.fixture(scope="module")
def proofs() -> dict[str, Any]:
    return proofs_of(DEADLY)


@pytest.mark.parametrize("mutant", DEADLY)
def test_a_planted_fault_is_found(proofs: dict[str, Any], mutant: str) -> None:
    require_found(proofs[mutant])
