"""Faults planted where photos are kept: promised and gone, promised and not yet there, put together
wrongly. As in `mutants`, a fault whose place in the code has moved raises.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from survey_server.faults.albums import Habit
from survey_server.faults.ambush import PHOTO
from survey_server.faults.mutating import Mutant, put
from survey_server.faults.nemesis import WEB_WORKERS, Malice

GONE_AFTER_SECONDS = 0.5
LATE_SECONDS = 2.0
ONE_OF = 3
SHIFTED_BYTES = 7


def _lose_some() -> None:
    """Now and then a file goes once it was promised."""
    from survey_server.services.attachments.shelf import Folder

    keep, kept = Folder.put, count()

    def forgetful(self: Folder, name: str, content: bytes) -> None:
        keep(self, name, content)
        if next(kept) % ONE_OF == 0:
            threading.Thread(target=_delete_later, args=(self, name)).start()

    def _delete_later(shelf: Folder, name: str) -> None:
        time.sleep(GONE_AFTER_SECONDS)
        shelf.delete(name)

    put(Folder, "put", forgetful)


def _write_later() -> None:
    """The row, and the promise, come before the file."""
    from survey_server.services.attachments.shelf import Folder

    keep = Folder.put

    def hasty(self: Folder, name: str, content: bytes) -> None:
        threading.Thread(target=_keep_later, args=(self, name, content)).start()

    def _keep_later(shelf: Folder, name: str, content: bytes) -> None:
        time.sleep(LATE_SECONDS)
        # The trial may be over, and its folder gone.
        with suppress(OSError):
            keep(shelf, name, content)

    put(Folder, "put", hasty)


def _shift_last_piece() -> None:
    """The last piece of a file is put where the one before has not ended, and nobody looks."""
    from survey_server.services import attachments
    from survey_server.services.attachments import parts

    opened = parts._opened

    def shortened(*of: Any) -> Iterator[bytes]:
        yield b"".join(opened(*of))[:-SHIFTED_BYTES]

    put(parts, "_opened", shortened)
    for where in (parts, attachments):
        put(where, "require_sum", lambda sha256, content: None)


MUTANTS_OF_FILES: Mapping[str, Mutant] = {
    "photo_lost_after_its_promise": Mutant(
        plant=_lose_some, found_by=("photo_lost",), promises=30, photos=Habit(0.5)
    ),
    "photo_written_after_its_promise": Mutant(
        plant=_write_later,
        found_by=("photo_lost",),
        malice=Malice({WEB_WORKERS: 1}, after_promises=(2, 3), promised=PHOTO),
        promises=60,
        photos=Habit(0.5),
    ),
    "last_piece_at_a_wrong_place": Mutant(
        plant=_shift_last_piece,
        found_by=("photo_differs",),
        promises=40,
        photos=Habit(0.6, large=0.8),
    ),
}
