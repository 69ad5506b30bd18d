"""Somebody looks at coverage all the time: what was once counted may not be uncounted."""

import threading
from typing import Self

from survey_server.faults.asking import TROUBLE, OnLine
from survey_server.faults.history import History

PAUSE_SECONDS = 1.0


class Watch:
    def __init__(self, url: str, history: History) -> None:
        self._line = OnLine(url, history)
        self._history = history
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                told = self._line.coverage("ea")
            except TROUBLE as failure:
                self._history.note("watch", "coverage", "info", res=repr(failure)[:100])
                continue
            received = {row["code"]: row["received"] for row in told["rows"] if row["received"]}
            self._history.note("watch", "coverage", "ok", res=received)
