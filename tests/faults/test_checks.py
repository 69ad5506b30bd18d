"""A checker is worth something only if it fails where something is wrong."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from survey_server.faults.account import Account, Claims, account_of
from survey_server.faults.checks import CHECKS, violations
from survey_server.faults.evidence import Evidence, height, interviews_of
from survey_server.faults.final import Coverage, Exported, Final, Stored, Told
from survey_server.faults.history import Event
from survey_server.faults.kept_files import KeptFiles
from survey_server.faults.left import Left

EA = "01-001-00001-001"
UNIT = f"{EA}-001"
FIRST = Claims("x1", "i1", 1, None, UNIT, "1")
EDIT = Claims("x2", "i1", 1, "a", UNIT, "1")
OTHER = Claims("x3", "i1", 2, None, UNIT, "1")
MADE = {("a", FIRST): "TB-0000", ("b", EDIT): "TB-0000", ("b", OTHER): "TB-0001"}
FILE = ("a", "photo.jpg", "f1")
KEPT = KeptFiles({FILE}, {"f1"})
TOLD = Told(conflicts={"b"}, local_conflicts={"b"}, commune="00001", doubles=set())
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
        Event(9, "TB-0000", "photo", "ok", res="f1"),
    ]
    return [*made, *promised, *more]


def _told(claims: Claims) -> dict[str, Any]:
    return {
        "sha256": claims.sha256,
        "interview_id": claims.interview_id,
        "revision": claims.revision,
        "replaces": claims.replaces,
        "unit": claims.unit,
        "version": claims.version,
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
    return Stored(name, device, "derived", told, "1", claims, name)


def coverage(**changes: Any) -> Coverage:
    by_ea = {EA: FIGURES}
    levels = {"province": "01", "district": "001", "commune": "00001", "ea": EA}
    told = {level: {code: FIGURES} for level, code in levels.items()}
    sums = {"enumerator": FIGURES, "day": FIGURES}
    return replace(
        Coverage(by_ea, by_ea, by_ea, 0, 0, FIGURES, told, sums, {"00001": FIGURES}), **changes
    )


def final(**changes: Any) -> Final:
    whole = Final(
        stored=[row("a", FIRST), row("b", EDIT)],
        persons={"a": 2, "b": 3},
        variants={("b", "x3")},
        told=TOLD,
        files=KEPT,
        current={("i1", EA): "b"},
        counting={"i1": "b"},
        waiting={},
        coverage=coverage(),
        exported=Exported(Counter(["i1"]), Counter(i1=3)),
        trail="",
    )
    return replace(whole, **changes)


DEVICES = {
    "TB-0000": Left(
        acknowledged={("a", "x1"), ("b", "x2")}, files_acknowledged={"f1"}, files_named={FILE}
    ),
    "TB-0001": Left(acknowledged={("b", "x3")}),
}


def evidence(*more: Event, devices: Mapping[str, Left] = DEVICES, **changes: Any) -> Evidence:
    return Evidence(account_of(events(*more)), devices, final(**changes))


def test_a_server_that_kept_everything_is_whole() -> None:
    assert violations(evidence()) == {}


AGAIN = {**DEVICES, "TB-0002": Left(held={("c", "x4")})}
NEW = Event(8, "TB-0000", "make", "ok", ids=("c",), res=_told(replace(FIRST, sha256="x4")))
LESS = {**FIGURES, "received": 0}
BROKEN: dict[str, Callable[[], Evidence]] = {
    "acked_lost": lambda: evidence(stored=[row("b", EDIT)]),
    "conflict_hidden": lambda: evidence(variants=set()),
    "double_hidden": lambda: evidence(
        stored=[*final().stored, row("d", replace(FIRST, interview_id="i2"))]
    ),
    "stored_twice": lambda: evidence(stored=[row("a", FIRST), row("a", FIRST), row("b", EDIT)]),
    "phantom": lambda: evidence(stored=[*final().stored, row("z", FIRST)]),
    "content_differs": lambda: evidence(
        stored=[row("a", replace(FIRST, sha256="?")), row("b", EDIT)]
    ),
    "wrong_device": lambda: evidence(stored=[row("a", FIRST, "TB-0001"), row("b", EDIT)]),
    "photo_lost": lambda: evidence(files=KeptFiles()),
    "photo_differs": lambda: evidence(files=replace(KEPT, differing=["f1 is kept as f2"])),
    "current_not_latest": lambda: evidence(current={("i1", EA): "a"}),
    "lost_on_device": lambda: evidence(NEW),
    "left_on_device": lambda: evidence(NEW, devices=AGAIN),
    "still_waiting": lambda: evidence(waiting={"pending": 1}),
    "counter_mismatch": lambda: evidence(coverage=coverage(recounted={EA: LESS})),
    "counter_went_back": lambda: evidence(
        Event(1, "watch", "coverage", "ok", res={EA: 2}),
        Event(2, "watch", "coverage", "ok", res={EA: 1}),
    ),
    "not_exported": lambda: evidence(exported=Exported(Counter(i1=2), Counter(i1=3))),
    "audit_broken": lambda: evidence(trail="[…]"),
    "receipt_without_proof": lambda: evidence(
        devices={**DEVICES, "TB-0001": replace(DEVICES["TB-0001"], unproved=["b"])}
    ),
    "revoked_and_served": lambda: evidence(
        Event(1, "TB-0000", "revoke", "invoke"),
        Event(2, "TB-0000", "revoke", "ok"),
        Event(4, "TB-0000", "upload", "invoke", batch="1"),
        receipt("TB-0000", "1", a=("stored", "x1"), b=("stored", "x2")),
    ),
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
        {"wrongly_assigned": 1},
        {"total": LESS},
        {"kept": {}},
        {"levels": {**coverage().levels, "district": {"001": LESS}}},
        {"sums": {"enumerator": FIGURES, "day": LESS}},
        {"sums": {"enumerator": FIGURES}},
        {"page": {"00001": LESS}},
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
    for wrong in (set(), {"a", "b"}):
        told = replace(TOLD, conflicts=wrong)
        assert violations(evidence(told=told)).keys() == {"conflict_hidden"}


def test_a_conflict_is_seen_by_whoever_looks_after_the_place_and_by_nobody_elsewhere() -> None:
    unseen = replace(TOLD, local_conflicts=set())
    assert violations(evidence(told=unseen)).keys() == {"conflict_hidden"}
    elsewhere = replace(TOLD, commune="00002")
    assert violations(evidence(told=elsewhere)).keys() == {"conflict_hidden"}


def test_a_double_that_there_is_not_is_noticed() -> None:
    told = replace(TOLD, doubles={frozenset({"i1", "i9"})})
    assert violations(evidence(told=told)).keys() == {"double_hidden"}


def test_a_file_that_nobody_made_is_noticed() -> None:
    other = ("b", "photo.jpg", "f1")
    files = replace(KEPT, named={FILE, other})
    assert violations(evidence(files=files)).keys() == {"photo_differs"}


def test_a_file_that_its_interview_does_not_name_any_more_is_lost() -> None:
    assert violations(evidence(files=KeptFiles(set(), {"f1"}))).keys() == {"photo_lost"}


def test_a_file_that_is_shown_otherwise_differs() -> None:
    files = replace(KEPT, unshown=["a, photo.jpg"])
    assert violations(evidence(files=files)).keys() == {"photo_differs"}


def test_an_exported_household_has_the_persons_of_its_current_submission() -> None:
    exported = Exported(Counter(["i1"]), Counter(i1=2))
    assert violations(evidence(exported=exported)).keys() == {"not_exported"}


def test_whose_tablet_was_enrolled_anew_may_have_another_name() -> None:
    renamed = [row("a", FIRST, "collect-1"), row("b", EDIT)]
    assert violations(evidence(stored=renamed)).keys() == {"wrong_device"}
    enrolled = Event(1, "TB-0000", "enrol", "ok", res="collect-1")
    assert violations(evidence(enrolled, stored=renamed)) == {}


def refused(status: int) -> Event:
    return Event(3, "TB-0000", "upload", "fail", batch="2", ids=("a",), res=[status, "…"])


def test_who_was_revoked_may_be_refused_until_they_are_enrolled() -> None:
    revoked = [Event(1, "TB-0000", "revoke", "invoke"), Event(2, "TB-0000", "revoke", "ok")]
    assert violations(evidence(refused(401))).keys() == {"wrongly_refused"}
    assert violations(evidence(*revoked, refused(401))) == {}
    assert violations(evidence(*revoked, refused(422))).keys() == {"wrongly_refused"}
    served = receipt("TB-0000", "1", a=("stored", "x1"), b=("stored", "x2"))
    asked = Event(8, "TB-0000", "upload", "invoke", batch="1")
    enrolled = Event(5, "TB-0000", "enrol", "ok", res="TB-0000")
    assert violations(evidence(*revoked, enrolled, asked, served)) == {}


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
