"""The sync loop: download the state, offer again what may be lost, then send what is new:
interviews first, which are small and cannot be made again, then files. Forms come in between.

It goes in steps of one exchange each, so that it can be stopped and killed between any two bytes:
what it needs in order to go on is in the store. The rules are in downloads.py, offering.py and
uploads.py.
"""

from collections.abc import Callable
from random import Random

import msgspec

from survey_server.tablet.attachments import FileUploads, SendsFiles
from survey_server.tablet.clock import Clock
from survey_server.tablet.connection import Connection
from survey_server.tablet.downloads import STATE, Downloads
from survey_server.tablet.offering import HAVE, Offering
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import Batch, Receipt
from survey_server.tablet.steps import GO_ON, Next, Patience
from survey_server.tablet.store import Store
from survey_server.tablet.uploads import BATCHES, Remedy, Uploads, remedy_for

__all__ = ["BATCHES", "GO_ON", "HAVE", "STATE", "Next", "Remedy", "Sync", "remedy_for"]


class Sync:
    def __init__(
        self,
        store: Store,
        connection: Connection,
        *,
        clock: Clock,
        random: Random,
        pace: Pace | None = None,
        level: int = 6,
        fetch_forms: bool = True,
        on_receipt: Callable[[Batch, Receipt], None] | None = None,
    ) -> None:
        pace = pace or Pace()
        patience = Patience(pace, clock, random, store, connection)
        self._store = store
        self._clock = clock
        self._on_receipt = on_receipt
        self._downloads = Downloads(store, connection, patience, fetch_forms=fetch_forms)
        self._offering = Offering(store, connection, patience)
        self._uploads = Uploads(
            store,
            connection,
            patience,
            clock=clock,
            random=random,
            pace=pace,
            level=level,
            on_receipt=self._acknowledged,
        )

        self._files: FileUploads | None = None
        if isinstance(connection, SendsFiles):
            self._files = FileUploads(store, connection, patience, clock, pace)

    def ask_for_state(self) -> None:
        """The next step downloads the state first, as at the start of every session."""
        self._downloads.due = True

    def run(self) -> Next:
        """Steps and waits until everything is acknowledged, or a person is needed."""
        while True:
            following = self.step()
            if following.do in ("rest", "stop"):
                return following
            self._clock.sleep(following.seconds)

    def step(self) -> Next:
        """One exchange with the server."""
        key = self._store.receipt_key()
        if self._downloads.due or key is None:
            return self._downloads.state()
        if (asked := self._offering.step()) is not None:
            return asked
        following = self._uploads.step(key)
        if following.do != "rest":
            return following
        self._downloads.forms()
        return following if self._files is None else self._files.step(key)

    def _acknowledged(self, batch: Batch, receipt: Receipt) -> None:
        if msgspec.json.encode(receipt.epoch).decode() != self._store.setting("epoch"):
            self.ask_for_state()
        if self._on_receipt:
            self._on_receipt(batch, receipt)
