"""Both benches, small: that they run, count everything and leave nothing; never how fast."""

import json
import subprocess
import sys
from typing import Any

from survey_server.benches.installation import ON_DISK

BENCH = (sys.executable, "-P", "-m", "survey_server.benches")


def told(*words: str) -> Any:
    with subprocess.Popen(
        [*BENCH, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as bench:
        said, remarks = bench.communicate(timeout=300)
    assert bench.returncode == 0, said[-3000:] + remarks[-3000:]
    assert not list(ON_DISK.glob(f"survey-bench-{bench.pid}-*"))
    return json.loads(said)


def test_the_intake_bench_carries_a_small_load_to_coverage_and_tells_its_cost() -> None:
    words = ["--batch", "10", "--batch", "50", "--submissions", "100", "--tablets", "4"]
    report = told("intake", *words, "--seconds", "0.5", "--stored", "300", "--stored", "600")
    assert [(one["name"], one["batch"]) for one in report["loads"]] == [
        ("burst", 10),
        ("steady", 10),
        ("burst", 50),
        ("steady", 50),
    ]
    assert [one["stored_before"] for one in report["growth"]] == [800, 1300]
    for one in [*report["loads"], *report["growth"]]:
        assert one["refused"] == {}
        assert one["submissions"] >= 100
        assert one["lag"].keys() == {"p50", "p95", "p99"}
        assert one["cpu"].keys() >= {"web", "worker", "valkey", "pg_web", "pg_worker"}
    assert report["peak_megabytes"]["web"] > 10
    assert len(report["bars"]) == 8


def test_interviews_from_tablets_are_stored_counted_and_exported_once() -> None:
    report = told("journey", "--interviews", "150", "--tablets", "5", "--seed", "1")
    assert [check["what"] for check in report["checks"] if not check["held"]] == []
    assert len(report["checks"]) == 11
    assert report["simulation"]["interviews"] >= 150


def test_the_openrosa_bench_sends_one_by_one_again_and_with_more_stored() -> None:
    report = told("openrosa", "--submissions", "60", "--stored", "0", "--stored", "500")
    names = ["new", "again", "formList"] * 2
    assert [one["name"] for one in report["loads"]] == names
    assert [list(one["answers"]) for one in report["loads"]] == [["201"], ["201"], ["200"]] * 2
    assert [one["stored_before"] for one in report["loads"]] == [300, 360, 360, 800, 860, 860]
    assert len(report["bars"]) == 10


def test_the_logic_bench_judges_households_and_says_where_the_time_goes() -> None:
    report = told("logic", "--households", "10", "--seconds", "0.2")
    assert (report["persons"], report["findings"]) == (4, 0)
    assert report["checks"] > 30
    assert report["evaluations_per_household"] > 100
    assert report["judged_per_second"] > 0
    assert len(report["profile"]) == 12
    assert len(report["bars"]) == 2
