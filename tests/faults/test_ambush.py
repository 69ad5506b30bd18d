"""The moment of a promise: after so many of new, plain interviews, in the thread that hears it."""

import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

from survey_server.faults.ambush import INTERVIEW, PHOTO, Ambush
from survey_server.faults.history import Event, History


def make(history: History, instance_id: str, replaces: str | None = None, **files: str) -> None:
    history.note("TB", "make", "ok", ids=(instance_id,), res={"replaces": replaces}, files=files)


def promise(history: History, *ids: str) -> None:
    history.note("TB", "upload", "ok", ids=ids, res=[["stored", ""] for _ in ids])


def ambush(what: str, history: History, struck: list[int]) -> Callable[[Event], None]:
    return Ambush(what, lambda: struck.append(history.promises), (2, 2), Random(1)).hear


def test_every_third_promise_of_something_plain_is_struck_at(tmp_path: Path) -> None:
    struck: list[tuple[int, int]] = []
    with History(tmp_path / "history.jsonl") as history:

        def strike() -> None:
            struck.append((history.promises, threading.get_ident()))
            history.note("nemesis", "kill", "ok", res="PostgreSQL")

        history.listener = Ambush(INTERVIEW, strike, (3, 3), Random(1)).hear
        for number in range(8):
            make(history, str(number))
            promise(history, str(number))
    assert struck == [(3, threading.get_ident()), (6, threading.get_ident())]


def test_edits_files_and_what_was_promised_before_do_not_count(tmp_path: Path) -> None:
    struck: list[int] = []
    with History(tmp_path / "history.jsonl") as history:
        history.listener = ambush(INTERVIEW, history, struck)
        make(history, "edit", replaces="a")
        make(history, "photo", **{"1.jpg": "sum"})
        make(history, "plain")
        for ids in (("edit",), ("photo",), ("plain",), ("plain",), ("plain", "edit")):
            promise(history, *ids)
        assert struck == []
        make(history, "another")
        promise(history, "edit", "another")
    assert struck == [6]


def test_every_second_promise_of_a_new_photo_is_struck_at(tmp_path: Path) -> None:
    struck: list[int] = []
    with History(tmp_path / "history.jsonl") as history:
        history.listener = ambush(PHOTO, history, struck)
        for sha256 in ("a", "a", "a"):
            history.note("TB", "photo", "ok", res=sha256)
            promise(history, "plain")
        assert struck == []
        told = {"1.jpg": "a", "2.jpg": "b"}
        history.note("TB", "upload", "info", ids=("c",), files=told)
        history.note("TB", "upload", "ok", ids=("c",), res=[["kept", ""]], files=told)
    assert struck == [4]
