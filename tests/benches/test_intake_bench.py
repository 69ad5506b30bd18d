"""The bench of intake, small: that it counts everything; never how fast."""

from tests.benches.benching import told


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
