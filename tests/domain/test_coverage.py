"""When will it be done? Only where a straight line means something."""

from datetime import date, timedelta

import pytest

from survey_server.domain.coverage import Day, Figures, State, forecast_finish, state_of

TODAY = date(2024, 4, 18)


def days(*counted: int) -> list[Day]:
    """The last one is yesterday."""
    first = TODAY - timedelta(days=len(counted))
    return [
        Day(first + timedelta(days=place), number, sum(counted[: place + 1]))
        for place, number in enumerate(counted)
    ]


def total(expected: int, counted: int) -> Figures:
    return Figures(expected=expected, received=counted, complete=counted)


def test_the_pace_of_the_last_seven_full_days_is_carried_on() -> None:
    pace = days(1000, 10, 10, 10, 10, 10, 10, 10)
    assert forecast_finish(pace, total(1170, 1070), TODAY) == TODAY + timedelta(days=9)


def test_todays_work_so_far_neither_slows_the_pace_nor_counts_twice() -> None:
    pace = days(10, 10, 10, 10, 10, 10, 10)
    before = forecast_finish(pace, total(100, 70), TODAY)
    so_far = [*pace, Day(TODAY, 4, 74)]
    assert forecast_finish(so_far, total(100, 74), TODAY) == before == TODAY + timedelta(days=2)


def test_days_without_work_slow_the_pace() -> None:
    gaps = [Day(TODAY - timedelta(days=7), 70, 70)]
    assert forecast_finish(gaps, total(100, 70), TODAY) == TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("past", "figures"),
    [
        (days(), total(100, 0)),
        (days(10, 10), total(100, 20)),
        (days(50, 50, 0), total(100, 100)),
        (days(100, *[0] * 8), total(1000, 100)),
        (days(1, 1, 1, 1), total(1_000_000, 4)),
    ],
    ids=["nothing yet", "two days", "all in", "stalled", "beyond a year"],
)
def test_where_a_line_means_nothing_there_is_no_forecast(past: list[Day], figures: Figures) -> None:
    assert forecast_finish(past, figures, TODAY) is None


@pytest.mark.parametrize(
    ("expected", "received", "contacted", "state"),
    [
        (0, 0, False, State.NOTHING_EXPECTED),
        (0, 0, True, State.NOTHING_EXPECTED),
        (5, 0, False, State.NOT_STARTED),
        (5, 0, True, State.CONTACTED),
        (5, 4, True, State.IN_PROGRESS),
        (5, 5, True, State.DONE),
        (5, 6, False, State.DONE),
        (0, 1, True, State.IN_PROGRESS),
    ],
)
def test_states(expected: int, received: int, contacted: bool, state: State) -> None:
    assert state_of(total(expected, received), contacted) is state


def test_figures_add_up_and_keep_the_latest_time() -> None:
    whole = Figures(expected=3, received=2, complete=1, duplicates=1) + Figures(expected=2)
    assert (whole.expected, whole.counted, whole.remaining) == (5, 1, 4)
    assert whole.counted + whole.duplicates == whole.received
