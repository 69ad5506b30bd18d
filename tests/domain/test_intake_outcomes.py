from dataclasses import fields
from itertools import product

import pytest

from survey_server.domain.intake.outcomes import Known, Outcome, outcome_of, read, spelled

CODES = {
    Outcome.STORED: {None, "unit_unknown", "not_assigned", "clock_skew", "draft_form"},
    Outcome.DUPLICATE: {None, "other_survey"},
    Outcome.SUPERSEDED: {None},
    Outcome.CONFLICT: {"content_differs"},
    Outcome.QUARANTINED: {"form_version_unknown"},
}
T, F = True, False


@pytest.mark.parametrize(
    ("stored_now", "same", "version", "unit", "assigned", "highest", "expected"),
    [
        # What is on file decides alone, whatever else is known.
        (F, T, T, T, T, 1, (Outcome.DUPLICATE, None)),
        (F, T, F, F, F, 9, (Outcome.DUPLICATE, None)),
        (F, F, T, T, T, 1, (Outcome.CONFLICT, "content_differs")),
        (F, F, F, F, F, 9, (Outcome.CONFLICT, "content_differs")),
        # Then whether it can be understood.
        (T, T, F, T, T, 1, (Outcome.QUARANTINED, "form_version_unknown")),
        (T, T, F, F, F, 9, (Outcome.QUARANTINED, "form_version_unknown")),
        # Then whether something newer is there; the same revision is not older.
        (T, T, T, T, T, 6, (Outcome.SUPERSEDED, None)),
        (T, T, T, F, F, 6, (Outcome.SUPERSEDED, None)),
        (T, T, T, T, T, 5, (Outcome.STORED, None)),
        (T, T, T, T, T, 0, (Outcome.STORED, None)),
        # Then where it belongs.
        (T, T, T, F, F, 5, (Outcome.STORED, "unit_unknown")),
        (T, T, T, F, T, 5, (Outcome.STORED, "unit_unknown")),
        (T, T, T, T, F, 5, (Outcome.STORED, "not_assigned")),
    ],
)
def test_the_outcome_of_revision_5(
    stored_now: bool, same: bool, version: bool, unit: bool, assigned: bool, highest: int,
    expected: tuple[Outcome, str | None],
) -> None:  # fmt: skip
    known = Known(stored_now, same, version, unit, assigned, highest)
    assert outcome_of(known, 5) == expected


def test_every_row_of_the_table_has_an_outcome_that_can_be_kept_and_read_again() -> None:
    facts = len(fields(Known)) - 4
    seen = set()
    rows = product(*[(F, T)] * facts, (0, 5, 6), (F, T), (F, T), (F, T))
    for *flags, highest, clock_off, draft, elsewhere in rows:
        outcome, code = outcome_of(Known(*flags, highest, clock_off, draft, elsewhere), 5)
        assert code in CODES[outcome]
        assert read(spelled(outcome, code)) == (outcome, code)
        seen.add((outcome, code))
    assert seen == {(outcome, code) for outcome, codes in CODES.items() for code in codes}


def test_what_is_stored_is_never_called_a_duplicate_and_the_other_way_round() -> None:
    for *flags, highest in product(*[(F, T)] * 4, (0, 5, 6)):
        new, _ = outcome_of(Known(T, *flags, highest), 5)
        known, _ = outcome_of(Known(F, *flags, highest), 5)
        assert new in (Outcome.STORED, Outcome.SUPERSEDED, Outcome.QUARANTINED)
        assert known in (Outcome.DUPLICATE, Outcome.CONFLICT)


@pytest.mark.parametrize("highest", [0, 9])
def test_what_was_told_in_a_draft_is_stored_and_said_to_be_a_trial(highest: int) -> None:
    known = Known(T, T, T, F, F, highest, draft=T)
    assert outcome_of(known, 5) == (Outcome.STORED, "draft_form")


def test_a_duplicate_of_another_survey_says_that_it_lies_there() -> None:
    known = Known(F, T, T, T, T, 1, elsewhere=True)
    assert outcome_of(known, 1) == (Outcome.DUPLICATE, "other_survey")
