"""The whole of it, small: the server keeps its promises."""

from tests.faults.trying import told


def test_under_faults_nothing_is_lost_doubled_or_miscounted() -> None:
    report, remarks = told("--tablets", "60", "--seconds", "20", "--kills", "8")
    print(remarks)
    assert report["violations"] == {}, f"seed {report['seed']}: see {report['kept_in']}"
    assert report["made"] > 200
    assert sum(report["kills"].values()) >= 5
    # A trial in which nothing went wrong proves nothing.
    assert report["events"]["upload info"] > 50
    assert report["events"]["duplicate"] > 20
    assert report["events"]["kept"] > 30
    assert report["events"]["photo ok"] > 10
    assert report["errands"]
    assert report["network"]["kept alive"] > 10
