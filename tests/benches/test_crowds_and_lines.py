"""The benches of crowds and thin lines, small: that all comes in; never how fast."""

import json
import subprocess
import sys
from typing import Any

import pytest

BENCH = (sys.executable, "-P", "-m", "survey_server.benches")


def told(*words: str) -> Any:
    done = subprocess.run(
        [*BENCH, *words, "--json"], capture_output=True, text=True, timeout=400, check=False
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
def test_over_a_thin_line_batches_shrink_and_grow_and_everything_arrives_once() -> None:
    """64 kbit/s; before that a line on which not even one interview arrives in the time that the
    tablet waits at first. It waits longer."""
    words = ["--kbit", "64", "--loss", "10", "--worse", "6", "--interviews", "100"]
    sizes = ["--photos", "1", "--photo", "20000", "--black-hole", "3", "--timeout", "1.5"]
    report = told("thin", *words, *sizes, "--longest", "250")
    assert missed(report, "seconds until silence was noticed") == []
    assert (report["stored"], report["files"], report["went_back"]) == (100, 1, 0)
    batches = report["batches"]
    assert batches[:4] == [10, 20, 40, 80]
    assert (min(batches), batches[-1] > 1) == (1, True)
    assert report["interviews_bytes"]["broken"] >= 3
