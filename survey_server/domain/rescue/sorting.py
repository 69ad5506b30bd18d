"""What the entries are, by what is in them: a store, a batch, an ODK instance, a file of one.

instances/<form>_<time>/<form>_<time>.xml     ODK Collect: an interview, with its photos beside
rescue-<id>.json.gz · file-<sha256>           what the reference tablet writes out
tablet.sqlite · tablet.sqlite-wal             its whole store
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from survey_server import problems
from survey_server.domain.intake.items import contents_of
from survey_server.domain.intake.unpacking import unpacked
from survey_server.domain.rescue import stores
from survey_server.domain.rescue.entries import Allowed, Entry
from survey_server.problems import Problem

LARGEST_BATCH = 64 * 1024 * 1024
LARGEST_XML = 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024
MOST_SUBMISSIONS = 20_000
LONGEST_NAME = 120
_GZIP = b"\x1f\x8b"
_FILE = re.compile(r"file-[0-9a-f]{64}")
# Of clients and systems, beside what was told.
_NO_MATTER = re.compile(r"(^|/)(__MACOSX/|\.[^./]|Thumbs\.db$)|-(wal|shm|journal)$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A submission as JSON, and where it was found."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """An interview of an ODK client, with the entries beside it that may belong to it."""

    name: str
    xml: bytes
    beside: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Something from which nothing could be taken; `code` says why."""

    name: str
    code: str


@dataclass(slots=True)
class Rescued:
    """`files` are photos by their content alone; `secret` and `device_id` what a store says of the
    tablet that it is of."""

    pieces: list[Piece] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    loose: list[Entry] = field(default_factory=list)
    stored: list[stores.TabletStore] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    secret: str | None = field(default=None, repr=False)
    device_id: str | None = None

    def files(self) -> Iterator[bytes]:
        for store in self.stored:
            yield from store.files()
        for entry in self.loose:
            yield entry.read(LARGEST_FILE)


@contextlib.contextmanager
def sorted_out(entries: Sequence[Entry], allowed: Allowed) -> Iterator[Rescued]:
    """Raises RescueUnreadable where nothing is of a tablet, or RescueTooLarge."""
    told = [one for one in entries if not _NO_MATTER.search(one.name)]
    with contextlib.ExitStack() as leaving:
        rescued = Rescued()
        sorting = _Sorting(rescued, list(entries), allowed, leaving)
        rest = [one for one in told if not sorting.take(one)]
        sorting.leave(rest)
        if not (rescued.pieces or rescued.folders or rescued.loose or rescued.stored):
            raise problems.RescueUnreadable()
        yield rescued


@dataclass(slots=True)
class _Sorting:
    rescued: Rescued
    entries: list[Entry]
    allowed: Allowed
    leaving: contextlib.ExitStack

    def take(self, entry: Entry) -> bool:
        """False where it is nothing by itself."""
        lower = entry.short.lower()
        if lower.endswith(".xml"):
            return self._xml(entry)
        if _FILE.fullmatch(lower):
            self.rescued.loose.append(entry)
            return True
        if lower.endswith((".json", ".json.gz", ".gz")):
            self._batch(entry.name, entry.read(LARGEST_BATCH))
            return True
        if lower.endswith((".sqlite", ".sqlite3", ".db")) or len(self.entries) == 1:
            return self._by_content(entry)
        return False

    def leave(self, rest: Sequence[Entry]) -> None:
        """What lies beside an interview may be its photo; anything else is told."""
        places = {folder.name.rpartition("/")[0] for folder in self.rescued.folders}
        for entry in rest:
            if entry.name.rpartition("/")[0] not in places:
                self._unread(entry.name, "not_understood")

    def _by_content(self, entry: Entry) -> bool:
        content = entry.read(self.allowed.one)
        if content.startswith(stores.MAGIC):
            self._store(entry, content)
            return True
        if content.startswith(_GZIP) or content.lstrip()[:1] == b"{":
            self._batch(entry.name, content)
            return True
        return False

    def _store(self, entry: Entry, content: bytes) -> None:
        ahead = next((one for one in self.entries if one.name == f"{entry.name}-wal"), None)
        written = ahead.read(self.allowed.one) if ahead else None
        store = self.leaving.enter_context(stores.opened(content, written))
        self.rescued.stored.append(store)
        self.rescued.secret = self.rescued.secret or store.setting("secret")
        self.rescued.device_id = self.rescued.device_id or store.setting("device_id")
        for record in store.records():
            if record.content is None:
                self._unread(f"{entry.name}: {record.name}", "json_invalid")
            else:
                self._piece(record.name, record.content)

    def _batch(self, name: str, content: bytes) -> None:
        try:
            packed = content.startswith(_GZIP)
            plain = unpacked(content, "gzip" if packed else "", LARGEST_BATCH)
            for place, text in enumerate(contents_of(plain)):
                self._piece(f"{name}: {place + 1}", text)
        except problems.RescueTooLarge:
            raise
        except Problem as problem:
            self._unread(name, problem.code())
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._unread(name, "json_invalid")

    def _xml(self, entry: Entry) -> bool:
        beside = tuple(
            one
            for one in self.entries
            if one.folder == entry.folder and one is not entry and not _NO_MATTER.search(one.name)
        )
        try:
            self.rescued.folders.append(Folder(entry.name, entry.read(LARGEST_XML), beside))
        except problems.RescueTooLarge:
            self._unread(entry.name, "too_large")
        return True

    def _piece(self, name: str, content: bytes) -> None:
        if len(self.rescued.pieces) >= MOST_SUBMISSIONS:
            raise problems.RescueTooLarge(limit=MOST_SUBMISSIONS)
        self.rescued.pieces.append(Piece(told_name(name), content))

    def _unread(self, name: str, code: str) -> None:
        self.rescued.unread.append(Unread(told_name(name), code))


def told_name(name: str) -> str:
    """Fit to be shown: the end tells most of a path."""
    return "".join(char for char in name if char.isprintable())[-LONGEST_NAME:]
