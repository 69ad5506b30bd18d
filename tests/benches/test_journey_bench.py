"""The bench of a whole journey, small: that each interview arrives once; never how fast."""

from tests.benches.benching import told


def test_interviews_from_tablets_are_stored_counted_and_exported_once() -> None:
    report = told("journey", "--interviews", "150", "--tablets", "5", "--seed", "1")
    assert [check["what"] for check in report["checks"] if not check["held"]] == []
    assert len(report["checks"]) == 11
    assert report["simulation"]["interviews"] >= 150
