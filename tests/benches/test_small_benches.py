"""The smaller benches: that they run and count everything; never how fast."""

from tests.benches.benching import told


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
