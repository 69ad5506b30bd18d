"""The smaller benches: that they run and count everything; never how fast."""

from survey_server.benches.processes import PG_OWN, PG_WEB, PG_WORKER, WEB, WORKER
from survey_server.benches.singles import Load, Report, bars
from tests.benches.benching import told

NOTHING = dict.fromkeys((WEB, WORKER, PG_WEB, PG_WORKER, PG_OWN), 0.0)


def test_the_openrosa_bench_sends_one_by_one_again_and_with_more_stored() -> None:
    stored = ("--stored", "0", "--stored", "500")
    report = told("openrosa", "--submissions", "60", "--rounds", "2", *stored)
    names = ["new", "again", "formList"] * 4
    assert [one["name"] for one in report["loads"]] == names
    assert [list(one["answers"]) for one in report["loads"]] == [["201"], ["201"], ["200"]] * 4
    assert [one["stored_before"] for one in report["loads"]] == [
        300, 360, 360, 360, 420, 420,
        800, 860, 860, 860, 920, 920,
    ]  # fmt: skip
    assert [one["filled"] for one in report["loads"]] == [0] * 6 + [500] * 6
    assert len(report["bars"]) == 10


def test_the_middle_round_is_judged() -> None:
    loads = [
        Load(name, filled, filled, 1000, 1.0, {}, 1.0, {}, {**NOTHING, WEB: cost})
        for filled, costs in {0: [9.0, 1.0, 1.2], 1000: [1.3, 1.2, 7.0]}.items()
        for name in ("new", "again", "formList")
        for cost in costs
    ]
    judged = {bar.what: (bar.measured, bar.met) for bar in bars(Report(loads))}
    assert judged["CPU s/1,000 to acknowledge, 0 stored"] == (1.2, True)
    assert judged["CPU s/1,000 to acknowledge, 1,000 stored"] == (1.3, True)
    assert judged["CPU s/1,000 lists of forms, 0 stored"] == (1.2, False)
    assert judged["to acknowledge, most stored to least"] == (1.083, True)


def test_the_logic_bench_judges_households_and_says_where_the_time_goes() -> None:
    report = told("logic", "--households", "10", "--seconds", "0.2")
    assert (report["persons"], report["findings"]) == (4, 0)
    assert report["checks"] > 30
    assert report["evaluations_per_household"] > 100
    assert report["judged_per_second"] > 0
    assert len(report["profile"]) == 12
    assert len(report["bars"]) == 2
