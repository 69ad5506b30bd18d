"""However the office changes its mind, whoever follows knows what a newcomer would be told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine

from survey_server.domain import sync
from survey_server.domain.forms import CompiledForm
from tests.sync_machine.answers import STORIES
from tests.sync_machine.field import Field
from tests.sync_machine.lines import FAULTS
from tests.times import drawn_anew, times
from tests.world import EAS, make_world

PEOPLE = st.sampled_from(["lan", "mai"])
PLACES = st.sampled_from([EAS[0], EAS[2]])
# Of the lists, and the first and second that are kept for new households.
NUMBERS = st.sampled_from([1, 2, 3, 11, 12])
OPINION = st.booleans()
UNITS = st.builds(lambda ea, number: f"{ea}-{number:03}", PLACES, NUMBERS)


class Changes(RuleBasedStateMachine):
    make: Callable[[], Field]

    @initialize()
    def begin(self) -> None:
        self.field = type(self).make()

    def teardown(self) -> None:
        if not hasattr(self, "field"):
            return
        try:
            for tablet in self.field.tablets:
                self.field.sync(tablet)
        finally:
            self.field.close()

    @rule(who=PEOPLE, ea=PLACES, number=st.none() | NUMBERS)
    def assign(self, who: str, ea: str, number: int | None) -> None:
        self.field.staff.assign(who, ea, number)

    @rule(who=PEOPLE, ea=PLACES)
    def end(self, who: str, ea: str) -> None:
        self.field.staff.end(who, ea)

    @rule(who=PEOPLE)
    def hand_over(self, who: str) -> None:
        self.field.staff.hand_over(who)

    @rule(
        wanted=st.lists(
            st.tuples(UNITS, st.none() | PLACES, st.sampled_from(["An", "Bình"]), OPINION),
            min_size=1,
            max_size=4,
        )
    )
    def list_units(self, wanted: list[tuple[str, str | None, str, bool]]) -> None:
        """Mostly where their codes say."""
        for code, ea, head, expected in wanted:
            self.field.staff.list_unit(code, ea or code[:-4], head, expected)

    @rule(opened=OPINION)
    def open_or_close(self, opened: bool) -> None:
        self.field.staff.open_or_close(opened)

    @rule(name=st.sampled_from(["a-second-version", "a-third-version"]), published=OPINION)
    def put_up(self, name: str, published: bool) -> None:
        self.field.staff.put_up(name, published)

    @rule(ea=st.none() | PLACES)
    def message(self, ea: str | None) -> None:
        self.field.staff.message(ea)

    @rule(place=st.integers(0, 2), ea=PLACES)
    def tell_of_a_new_household(self, place: int, ea: str) -> None:
        tablet = self.field.tablets[place]
        if free := tablet.held.store.free_numbers(ea):
            tablet.held.interview(
                free[0],
                answers=STORIES[3].of(free[0]),
                instance_id=str(self.field.new_id(1)),
                interview_id=str(self.field.new_id(1)),
            )

    @rule(
        place=st.integers(0, 2),
        steps=st.integers(1, 5),
        faults=st.lists(st.sampled_from(FAULTS), max_size=4),
    )
    def sync_in_part(self, place: int, steps: int, faults: list[str]) -> None:
        self.field.part_of_a_sync(self.field.tablets[place], steps, faults)

    @rule(place=st.integers(0, 2))
    def sync_fully(self, place: int) -> None:
        self.field.sync(self.field.tablets[place])


def test_whoever_follows_knows_what_a_newcomer_is_told(
    client: FlaskClient,
    database: Engine,
    workers: Engine,
    trail: None,
    long_form: CompiledForm,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A page is turned, and more is gone than is told singly, also where there is little.
    monkeypatch.setattr(sync, "PAGE_UNITS", 4)
    monkeypatch.setattr(sync, "MOST_REMOVED", 6)

    class Here(Changes):
        @staticmethod
        def make() -> Field:
            return Field(client, make_world(database, long_form), long_form, workers, tmp_path)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=times(4),
            stateful_step_count=60,
            derandomize=not drawn_anew(),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
