"""Tablets, the office and the workers do whatever may come into their minds, in any order."""

import base64
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from lxml import etree
from sqlalchemy import Engine

from survey_server.domain import sync
from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from survey_server.tablet.records import Record, digest, edit_of, spelt
from tests.http import drain
from tests.openrosa.sent import ADDRESS, Collect, upload
from tests.sync_machine.answers import STORIES, Told
from tests.sync_machine.field import Carried, Field
from tests.sync_machine.lines import FAULTS
from tests.times import drawn_anew, times
from tests.world import EAS, make_world

WORKERS = ("lan", "mai")
VERSIONS = ("a-second-version", "a-third-version")
RANKS = st.integers(0, 9)
TABLETS = st.integers(0, 2)
STORY = st.sampled_from(STORIES)
# Households of lists, some that are listed late or never, some with the first new numbers.
UNITS = st.builds(
    lambda ea, number: f"{ea}-{number:03}",
    st.sampled_from(EAS[:3]),
    st.sampled_from([1, 2, 3, 1, 2, 3, 4, 11, 12, 901]),
)
Tale = tuple[str, Told, int]
TALES = st.lists(st.tuples(UNITS, STORY, RANKS), min_size=1, max_size=5)
PEOPLE = st.sampled_from(WORKERS)
PLACES = st.sampled_from(EAS[:3])
FAULTY = st.lists(st.sampled_from(FAULTS), max_size=6)
WHICH = st.integers(0, 1000)

OPINION = st.booleans()
ACTS = [
    st.tuples(st.just(name), st.tuples(*wanted))
    for name, wanted in (
        ("assign", (PEOPLE, PLACES, st.none() | st.integers(1, 3))),
        ("end", (PEOPLE, PLACES)),
        ("hand_over", (PEOPLE,)),
        ("list_unit", (UNITS, PLACES, st.sampled_from(["An", "Bình"]), OPINION)),
        ("list_unit", (UNITS, PLACES, st.just("An"), st.just(True))),
        ("give_back", (WHICH,)),
        ("give_back", (WHICH,)),
        ("message", (st.none() | PLACES,)),
        ("put_up", (st.sampled_from(VERSIONS), OPINION)),
        ("open_or_close", (OPINION,)),
    )
]


class Fieldwork(RuleBasedStateMachine):
    make: Callable[[], Field]

    @initialize(days=st.lists(st.tuples(TABLETS, TALES), min_size=3, max_size=6))
    def begin(self, days: list[tuple[int, list[Tale]]]) -> None:
        """In the middle of the work."""
        self.field = type(self).make()
        self.names = [self.field.world.version, *VERSIONS]
        self.collected: list[tuple[uuid.UUID, bytes]] = []
        for place, tales in days:
            self.tell(place, tales, 9)
            self.field.part_of_a_sync(self._tablet(place), 6, [])
        drain(self.field.workers)

    def teardown(self) -> None:
        if not hasattr(self, "field"):
            return
        try:
            self.field.post.deliver()
            for tablet in self.field.tablets:
                self.field.sync(tablet)
            self.field.settle()
            self.field.check_kept()
            self.field.check_contents()
            self.field.check_derived()
            self.field.check_rebuild()
            self.field.check_derived()
            for tablet in self.field.tablets:
                self.field.sync(tablet)
        finally:
            self.field.close()

    # Tablets

    def _tablet(self, place: int) -> Carried:
        return self.field.tablets[place]

    @rule(place=TABLETS, tales=TALES, version=st.integers(0, 5))
    def tell(self, place: int, tales: list[Tale], version: int) -> None:
        for unit, story, rank in tales:
            self._tell(place, unit, story, rank, version)

    def _tell(self, place: int, unit: str, story: Told, rank: int, version: int = 9) -> Record:
        tablet = self._tablet(place)
        made = tablet.held.interview(
            unit,
            answers=story.of(unit),
            instance_id=str(self.field.new_id(rank)),
            interview_id=str(self.field.new_id(rank)),
            # Mostly the first.
            form_version=self.names[version if version < len(self.names) else 0],
        )
        self.field.told_on(tablet, made, story)
        return made

    @rule(place=TABLETS, ea=PLACES, story=STORY, rank=RANKS)
    def tell_of_a_new_household(self, place: int, ea: str, story: Told, rank: int) -> None:
        if free := self._tablet(place).held.store.free_numbers(ea):
            self._tell(place, free[0], story, rank)

    def _record(self, place: int, which: int) -> Record | None:
        records = self._tablet(place).held.store._records("ORDER BY made")
        return records[which % len(records)] if records else None

    @rule(place=TABLETS, edits=st.lists(st.tuples(WHICH, STORY, RANKS), min_size=1, max_size=4))
    def edit(self, place: int, edits: list[tuple[int, Told, int]]) -> None:
        """The newest of an interview, or a second edit of the same."""
        for which, story, rank in edits:
            if before := self._record(place, which):
                self._edit(self._tablet(place), before, before.unit, story, rank)

    @rule(place=TABLETS, which=WHICH, story=STORY, rank=RANKS, unit=UNITS)
    def edit_as_of_another_unit(
        self, place: int, which: int, story: Told, rank: int, unit: str
    ) -> None:
        if before := self._record(place, which):
            self._edit(self._tablet(place), before, unit, story, rank)

    def _edit(self, tablet: Carried, before: Record, unit: str, story: Told, rank: int) -> None:
        at = tablet.held.clock.now().isoformat(timespec="seconds")
        made = edit_of(before, str(self.field.new_id(rank)), story.of(unit), at)
        made = replace(made, unit=unit)
        tablet.held.store.keep([made])
        self.field.told_on(tablet, made, story)

    @rule(place=TABLETS, other=TABLETS, which=WHICH, story=STORY)
    def tell_something_else_under_the_same_id(
        self, place: int, other: int, which: int, story: Told
    ) -> None:
        known = self._record(place, which)
        store = self._tablet(other).held.store
        if known is None or store.record(known.instance_id):
            return
        answers = spelt(story.of(known.unit))
        made = replace(known, answers=answers, sha256=digest(answers))
        store.keep([made])
        self.field.told_on(self._tablet(other), made, story)

    @rule(place=TABLETS, which=WHICH, story=STORY, rank=RANKS)
    def answer_a_return(self, place: int, which: int, story: Told, rank: int) -> None:
        tablet = self._tablet(place)
        if not (reviews := tablet.held.store.reviews()):
            return
        review = reviews[which % len(reviews)]
        unit = review.unit or f"{EAS[0]}-001"
        made = tablet.held.interview(
            unit,
            answers=story.of(unit),
            instance_id=str(self.field.new_id(rank)),
            interview_id=review.interview_id,
            replaces=review.instance_id,
            revision=2,
        )
        self.field.told_on(tablet, made, story)

    @rule(place=TABLETS, steps=st.integers(1, 8), faults=FAULTY)
    def sync_in_part(self, place: int, steps: int, faults: list[str]) -> None:
        self.field.part_of_a_sync(self._tablet(place), steps, faults)

    @rule(place=TABLETS, faults=FAULTY)
    def sync_fully(self, place: int, faults: list[str]) -> None:
        self.field.sync(self._tablet(place), faults)

    @rule()
    def what_was_late_arrives(self) -> None:
        self.field.post.deliver()

    @rule(place=TABLETS)
    def copy_the_store_or_put_it_back(self, place: int) -> None:
        tablet = self._tablet(place)
        if tablet.copy is None:
            self.field.copy(tablet)
        else:
            self.field.put_back(tablet)
            tablet.copy = None

    # ODK Collect on the same tablets

    @rule(
        place=TABLETS, unit=UNITS, story=STORY, rank=RANKS, which=st.none() | WHICH,
        version=st.integers(0, 5),
    )  # fmt: skip
    def collect(
        self, place: int, unit: str, story: Told, rank: int, which: int | None, version: int
    ) -> None:
        """An original, or an edit of one, which may come before it does."""
        made = self.field.new_id(rank)
        tree = story.of(unit)
        root = etree.fromstring(xml_of_tree(self.field.form.description, tree, f"uuid:{made}"))
        if which is not None and self.collected:
            before = self.collected[which % len(self.collected)][0]
            meta = root.find("meta")
            assert meta is not None
            etree.SubElement(meta, "deprecatedID").text = f"uuid:{before}"
        name = self.names[version if version < len(self.names) else 0]
        root.set("version", name)
        xml = etree.tostring(root, xml_declaration=True, encoding="utf-8")
        self.field.will_tell(made, xml, story)
        self.collected.append((made, xml))
        if rank % 3:
            self._send(place, made, xml)

    @precondition(lambda self: self.collected)
    @rule(place=TABLETS, which=WHICH, other=st.booleans())
    def collect_sends_again(self, place: int, which: int, other: bool) -> None:
        made, xml = self.collected[which % len(self.collected)]
        if other:
            story = self.field.stories[digest(xml)]
            xml = xml.replace(b"</meta>", b" </meta>")
            self.field.will_tell(made, xml, story)
        self._send(place, made, xml)

    def _send(self, place: int, made: uuid.UUID, xml: bytes) -> None:
        tablet = self._tablet(place)
        asked = Collect(self.field.client, self.field.world, self.field.form)
        head = asked.headers()
        head["Authorization"] = basic(tablet)
        on_file = self.field.world.sql(
            "SELECT content_sha256 FROM submissions WHERE instance_id = :id", id=made
        )
        answer = self.field.client.post(ADDRESS, data=upload(xml), headers=head)
        if answer.status_code == 401:
            return
        same = not on_file or bytes(on_file[0][0]).hex() == digest(xml)
        assert answer.status_code == (201 if same else 409), answer.get_data(as_text=True)
        self.field.ledger.kept.add((made, digest(xml)))

    @rule(what=st.one_of(ACTS))
    def the_office_does(self, what: tuple[str, tuple[Any, ...]]) -> None:
        name, wanted = what
        getattr(self.field.staff, name)(*wanted)

    @rule(place=TABLETS, who=st.none() | PEOPLE)
    def revoke_or_enrol(self, place: int, who: str | None) -> None:
        tablet = self._tablet(place)
        if who is None:
            self.field.staff.revoke(str(tablet.held.secret))
        else:
            self.field.enrol(tablet, who)

    @rule(how=st.sampled_from(["settle", "sweep", "drain", "rebuild"]))
    def work_through(self, how: str) -> None:
        if how == "settle":
            self.field.settle()
            self.field.check_derived()
        elif how == "sweep":
            self.field.sweep()
        elif how == "drain":
            drain(self.field.workers)
        else:
            self.field.check_rebuild()

    @invariant()
    def what_was_promised_is_kept(self) -> None:
        if hasattr(self, "field"):
            self.field.check_kept()


def basic(tablet: Carried) -> str:
    told = f"{tablet.device_id}:{tablet.held.secret}".encode()
    return "Basic " + base64.b64encode(told).decode()


def test_nothing_is_lost_and_everything_adds_up(
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

    def make() -> Field:
        return Field(client, make_world(database, long_form), long_form, workers, tmp_path)

    class Here(Fieldwork):
        pass

    Here.make = staticmethod(make)
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
