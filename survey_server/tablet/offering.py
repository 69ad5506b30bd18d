"""Offering again what was acknowledged, to a server that may have lost it.

A database that was restored from last night's backup lacks what it acknowledged today. It is asked
which of the tablet's interviews it holds, some at a time; what it lacks is sent once more. Until
all is asked, the place is kept in the store.
"""

from collections.abc import Sequence

import msgspec

from survey_server.tablet.connection import Connection, NoAnswer
from survey_server.tablet.protocol import (
    NoReceipt,
    Verdicts,
    pack,
    problem_from,
    question_of,
    verdicts_from,
)
from survey_server.tablet.records import Record
from survey_server.tablet.steps import GO_ON, Next, Patience
from survey_server.tablet.store import Store

HAVE = "/api/v1/sync/have"
AT_ONCE = 500
# Broken questions in a row, after which a session goes on without.
MOST_BROKEN = 3


class Offering:
    def __init__(self, store: Store, connection: Connection, patience: Patience) -> None:
        self._store = store
        self._connection = connection
        self._patience = patience
        self._broken = 0

    def step(self) -> Next | None:
        """One question; None where there is nothing to ask, or where the link breaks at each: new
        interviews must not wait for old ones."""
        if self._broken >= MOST_BROKEN:
            return None
        offered = self._store.to_offer(min(AT_ONCE, self._store.limits().have))
        if offered is None:
            return None
        if not offered:
            self._store.end_offering()
            return None
        return self._ask(offered[-1][0], [record for _, record in offered])

    def _ask(self, up_to: int, records: Sequence[Record]) -> Next:
        key = self._store.receipt_key()
        if key is None:
            return self._without_asking()
        question = question_of([(one.instance_id, one.sha256) for one in records])
        try:
            answer = self._connection.post_packed(HAVE, pack(question))
            verdicts = verdicts_from(answer, [one.instance_id for one in records], key)
        except NoAnswer as broken:
            self._patience.whole_was_broken(broken)
            return self._again(str(broken), None)
        except NoReceipt as no:
            problem = problem_from(answer)
            if problem is None or problem.retry:
                return self._again(str(no), self._patience.asked(answer))
            if problem.status in (401, 403):
                return Next("stop", reason=problem.code)
            return self._without_asking()
        return self._note(up_to, verdicts)

    def _note(self, up_to: int, verdicts: Verdicts) -> Next:
        if msgspec.json.encode(verdicts.epoch).decode() != self._store.setting("epoch"):
            # Restored once more, while it was asked.
            return self._again("epoch_changed", None)
        lacking = [one.instance_id for one in verdicts.results if one.verdict != "held"]
        self._store.note_missing(lacking, up_to, verdicts.held_by_server)
        self._patience.calm()
        self._broken = 0
        return GO_ON

    def _again(self, reason: str, asked: float | None) -> Next:
        self._broken += 1
        return self._patience.later(reason, asked)

    def _without_asking(self) -> Next:
        self._store.offer_everything()
        return GO_ON
