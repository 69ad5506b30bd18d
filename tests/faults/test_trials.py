"""The whole of it, small: the server keeps its promises, and each planted fault is found."""

import json
import subprocess
import sys
from typing import Any

import pytest

from survey_server.faults.mutants import EQUIVALENT, MUTANTS
from survey_server.faults.place import ON_DISK

FAULTS = (sys.executable, "-P", "-m", "survey_server.faults")


def told(*words: str) -> tuple[Any, str]:
    """What it says to programs, and to people: the seed, and where a broken trial is kept."""
    with subprocess.Popen(
        [*FAULTS, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as trial:
        said, remarks = trial.communicate(timeout=900)
    assert said, remarks[-3000:]
    assert not list(ON_DISK.glob(f"survey-faults-{trial.pid}-*"))
    return json.loads(said), remarks


def test_under_faults_nothing_is_lost_doubled_or_miscounted() -> None:
    report, remarks = told("--tablets", "60", "--seconds", "20")
    print(remarks)
    assert report["violations"] == {}, f"seed {report['seed']}: see {report['kept_in']}"
    assert report["made"] > 200
    assert sum(report["kills"].values()) >= 10
    # A trial in which nothing went wrong proves nothing.
    assert report["events"]["upload info"] > 50
    assert report["events"]["duplicate"] > 20
    assert report["events"]["kept"] > 30
    assert report["network"]["kept alive"] > 10


@pytest.fixture(scope="module")
def proofs() -> dict[str, Any]:
    found, remarks = told("--mutants")
    print(remarks)
    return {one["mutant"]: one for one in found}


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_planted_fault_is_found(proofs: dict[str, Any], mutant: str) -> None:
    proof = proofs[mutant]
    assert proof["good"], proof
    assert bool(proof["found"]) is (mutant not in EQUIVALENT)
