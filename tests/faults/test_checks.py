"""A checker is worth something only if it fails where something is wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from survey_server.faults.account import Account, Claims, account_of
from survey_server.faults.checks import CHECKS, Devices, Evidence, height, interviews_of, violations
from survey_server.faults.final import Coverage, Final, Stored
from survey_server.faults.history import Event

EA = "01-001-00001-001"
UNIT = f"{EA}-001"
FIRST = Claims("x1", "i1", 1, None, UNIT)
EDIT = Claims("x2", "i1", 1, "a", UNIT)
OTHER = Claims("x3", "i1", 2, None, UNIT)
MADE = {("a", FIRST): "TB-0000", ("b", EDIT): "TB-0000", ("b", OTHER): "TB-0001"}
FILE = ("a", "photo.jpg", "f1")
FIGURES = {"received": 1, "complete": 1, "persons": 3}


def events(*more: Event) -> list[Event]:
    """Two tablets, an edit, a copy of its id with another content; all acknowledged."""
    moments = count()
    made = [
        Event(next(moments), who, "make", "ok", ids=(name,), res=_told(claims), files=_files(name))
        for (name, claims), who in MADE.items()
    ]
    promised = [
        receipt("TB-0000", "1", a=("stored", "x1"), b=("stored", "x2")),
        receipt("TB-0001", "1", b=("conflict", "x3")),
        receipt("TB-0000", "x1", _files("a"), a=("kept", "x1")),
    ]
    return [*made, *promised, *more]


def _told(claims: Claims) -> dict[str, Any]:
    return {
        "sha256": claims.sha256,
        "interview_id": claims.interview_id,
        "revision": claims.revision,
        "replaces": claims.replaces,
        "unit": claims.unit,
    }


def _files(instance_id: str) -> dict[str, str]:
    return {FILE[1]: FILE[2]} if instance_id == FILE[0] else {}


def receipt(
    who: str, batch: str, files: dict[str, str] | None = None, **results: tuple[str, str]
) -> Event:
    told = [list(result) for result in results.values()]
    ids = tuple(results)
    return Event(9, who, "upload", "ok", batch=batch, ids=ids, res=told, files=files or {})


def row(name: str, claims: Claims, device: str = "TB-0000") -> Stored:
    told = (claims.interview_id, claims.revision, claims.replaces)
    return Stored(name, device, "derived", told, claims, name)


def coverage(**changes: Any) -> Coverage:
    by_ea = {EA: FIGURES}
    levels = {"province": "01", "district": "001", "commune": "00001", "ea": EA}
    told = {level: {code: FIGURES} for level, code in levels.items()}
    return replace(Coverage(by_ea, by_ea, by_ea, 0, FIGURES, told), **changes)


def final(**changes: Any) -> Final:
    whole = Final(
        stored=[row("a", FIRST), row("b", EDIT)],
        variants={("b", "x3")},
        conflicts={"b"},
        files={FILE},
        current={("i1", EA): "b"},
        counting={"i1"},
        waiting={},
        coverage=coverage(),
        exported=Counter(["i1"]),
        trail="",
    )
    return replace(whole, **changes)


DEVICES = Devices(
    held={"TB-0000": set(), "TB-0001": set()},
    acknowledged={"TB-0000": {("a", "x1"), ("b", "x2")}, "TB-0001": {("b", "x3")}},
)


def evidence(*more: Event, devices: Devices = DEVICES, **changes: Any) -> Evidence:
    return Evidence(account_of(events(*more)), devices, final(**changes))


def test_a_server_that_kept_everything_is_whole() -> None:
    assert violations(evidence()) == {}


AGAIN = replace(DEVICES, held={"TB-0000": {("c", "x4")}})
NEW = Event(8, "TB-0000", "make", "ok", ids=("c",), res=_told(replace(FIRST, sha256="x4")))
LESS = {**FIGURES, "received": 0}
BROKEN: dict[str, Callable[[], Evidence]] = {
    "acked_lost": lambda: evidence(stored=[row("b", EDIT)]),
    "conflict_hidden": lambda: evidence(variants=set()),
    "stored_twice": lambda: evidence(stored=[row("a", FIRST), row("a", FIRST), row("b", EDIT)]),
    "phantom": lambda: evidence(stored=[*final().stored, row("z", FIRST)]),
    "content_differs": lambda: evidence(
        stored=[row("a", replace(FIRST, sha256="?")), row("b", EDIT)]
    ),
    "wrong_device": lambda: evidence(stored=[row("a", FIRST, "TB-0001"), row("b", EDIT)]),
    "file_lost": lambda: evidence(files=set()),
    "current_not_latest": lambda: evidence(current={("i1", EA): "a"}),
    "lost_on_device": lambda: evidence(NEW),
    "left_on_device": lambda: evidence(NEW, devices=AGAIN),
    "still_waiting": lambda: evidence(waiting={"pending": 1}),
    "counter_mismatch": lambda: evidence(coverage=coverage(recounted={EA: LESS})),
    "counter_went_back": lambda: evidence(
        Event(1, "watch", "coverage", "ok", res={EA: 2}),
        Event(2, "watch", "coverage", "ok", res={EA: 1}),
    ),
    "not_exported": lambda: evidence(exported=Counter(["i1", "i1"])),
    "audit_broken": lambda: evidence(trail="[…]"),
    "wrongly_refused": lambda: evidence(
        Event(1, "TB-0000", "upload", "fail", batch="2", ids=("a",), res=[422, "batch_id_reused"])
    ),
    "taken_as_new": lambda: evidence(receipt("TB-0000", "2", a=("stored", "x1"))),
    "told_otherwise": lambda: evidence(
        receipt("TB-0000", "1", a=("stored", "x1"), b=("conflict", "x2"))
    ),
    "bad_answer": lambda: evidence(Event(1, "proxy", "answer", "fail", res=[500, None])),
}


@pytest.mark.parametrize("check", BROKEN)
def test_what_is_broken_is_named(check: str) -> None:
    assert check in violations(BROKEN[check]())


def test_there_is_an_example_of_everything_that_may_break() -> None:
    assert BROKEN.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    "wrong",
    [
        {"by_day": {}},
        {"wrongly_counting": 1},
        {"total": LESS},
        {"kept": {}},
        {"levels": {**coverage().levels, "district": {"001": LESS}}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_figures_are_compared_at_every_level(wrong: dict[str, Any]) -> None:
    assert violations(evidence(coverage=coverage(**wrong))).keys() == {"counter_mismatch"}


def test_a_row_that_says_otherwise_than_its_body_is_noticed() -> None:
    lying = replace(row("b", EDIT), row=("i1", 7, "a"))
    assert violations(evidence(stored=[row("a", FIRST), lying])).keys() == {"content_differs"}


def test_an_answer_that_was_given_again_may_say_that_it_was_known() -> None:
    again = receipt("TB-0000", "1", a=("duplicate", "x1"), b=("stored", "x2"))
    assert violations(evidence(again)) == {}


def test_a_conflict_that_nobody_is_told_of_is_hidden() -> None:
    assert violations(evidence(conflicts=set())).keys() == {"conflict_hidden"}
    assert violations(evidence(conflicts={"a", "b"})).keys() == {"conflict_hidden"}


def test_a_file_that_nobody_made_is_noticed() -> None:
    other = ("b", "photo.jpg", "f1")
    assert violations(evidence(files={FILE, other})).keys() == {"file_lost"}


def edit(of: str) -> Claims:
    return replace(EDIT, interview_id=of, replaces=of)


def test_an_edit_without_an_interview_is_part_of_what_it_replaces_as_far_as_that_is_there() -> None:
    stored = [
        row("a", FIRST),
        row("b", edit("a")),
        row("c", edit("b")),
        row("d", edit("gone")),
        row("e", edit("d")),
        row("f", edit("g")),
        row("g", edit("f")),
        row("h", edit("f")),
    ]
    found = interviews_of(stored)
    assert found == {
        **dict.fromkeys("abc", "i1"), **dict.fromkeys("de", "gone"), **dict.fromkeys("fgh", "f"),
    }  # fmt: skip


def test_where_edits_join_later_a_count_may_go_down() -> None:
    less = [Event(moment, "watch", "coverage", "ok", res={EA: 2 - moment}) for moment in (0, 1)]
    joining = Event(0, "TB-0000", "make", "ok", ids=("b",), res=_told(edit("a")))
    assert account_of(less).went_back
    assert not account_of([joining, *less]).went_back


def test_an_edit_is_above_what_it_replaces_whatever_it_states() -> None:
    chain = {
        "a": row("a", replace(FIRST, revision=3)),
        "b": row("b", EDIT),
        "c": row("c", replace(EDIT, replaces="b")),
        "d": row("d", replace(EDIT, revision=9, replaces="unknown")),
    }
    assert [height(chain, name) for name in chain] == [3, 4, 5, 9]


def test_what_a_store_says_was_acknowledged_counts_as_promised_without_a_word_in_the_history() -> (
    None
):
    account = Account()
    told = Evidence(account, DEVICES, final(stored=[], variants=set()))
    assert len(violations(told)["acked_lost"]) == 3
