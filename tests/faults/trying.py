"""A trial as somebody starts one, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from survey_server.faults.mutants import EQUIVALENT
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


def proofs_of(mutants: Sequence[str]) -> dict[str, Any]:
    """By mutant."""
    found, remarks = told(*(word for name in mutants for word in ("--mutant", name)))
    print(remarks)
    return {one["mutant"]: one for one in found}


def require_found(proof: dict[str, Any]) -> None:
    assert proof["good"], proof
    assert bool(proof["found"]) is (proof["mutant"] not in EQUIVALENT)
