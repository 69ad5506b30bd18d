"""What a test needs is installed where CI=true, so that none is left out there."""

from pathlib import Path

import pytest

from tests.needs import PROGRAMS


@pytest.mark.parametrize("need", PROGRAMS)
def test_ci_installs_what_tests_need(project: Path, need: str) -> None:
    lines = [line.split() for line in (project / ".ci" / "run").read_text().splitlines()]
    programs = {program for words in lines if words[:1] == ["need"] for program in words[2:]}
    assert {Path(program).name for program in PROGRAMS[need]} <= programs
