"""The benches of crowds and thin lines, small: that all comes in; never how fast."""

import json
import subprocess
import sys
from typing import Any

import pytest

BENCH = (sys.executable, "-P", "-m", "survey_server.benches")


def told(*words: str) -> Any:
    done = subprocess.run(
        [*BENCH, *words, "--json"], capture_output=True, text=True, timeout=300, check=False
    )
    if not done.stdout and "needs the rights" in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout)


def missed(report: Any, *but: str) -> list[str]:
    return [one["what"] for one in report["bars"] if not one["met"] and one["what"] not in but]


@pytest.mark.needs("nginx")
def test_a_crowd_of_tablets_comes_in_through_nginx() -> None:
    report = told("storm", "--devices", "150", "--interviews", "2", "--ramp", "0.5", "--nginx")
    assert missed(report, "p95 seconds to the receipt") == []
    assert (report["acknowledged"], report["stored"], report["signatures"]) == (150, 300, 3)


@pytest.mark.needs("ip", "tc", "nft", "unshare")
def test_everything_arrives_over_a_line_that_loses_packets_and_breaks() -> None:
    words = ["--interviews", "6", "--photos", "1", "--photo", "20000", "--loss", "10"]
    report = told("thin", *words, "--black-hole", "4", "--timeout", "3")
    assert missed(report, "seconds until the tablet gave a broken exchange up") == []
    assert (report["stored"], report["files"]) == (6, 1)
