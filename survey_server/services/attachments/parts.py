"""Files that come in pieces, because a photo over 2G takes longer than a connection lasts.

Each piece is a sealed file of its own, written whole or not at all; how much is here is told by
their sizes alone, so that there is nothing to disagree with after a crash. A piece belongs to the
enrolment that sent it. The pieces are put together once the last one is here.

    <SURVEY_DATA>/parts/<survey>/<enrolment>/<sha256>/<offset>-<key id>

A tablet has so many files on their way at once, and the oldest gives way; what has not grown for
days is swept. To begin again costs time, and loses nothing.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.bodies import OVERHEAD_BYTES, BodyDamaged
from survey_server.durable import write_whole
from survey_server.services import bodies
from survey_server.services.attachments.keeping import require_sum
from survey_server.services.attachments.place import place
from survey_server.services.attachments.shelf import problem_of

FILES_AT_ONCE = 4
SMALLEST_PIECE = 4096
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way from a tablet's enrolment; `sha256` in lower-case hex."""

    survey: int
    device: int
    sha256: str

    @property
    def folder(self) -> Path:
        return place().parts / str(self.survey) / str(self.device) / self.sha256

    def bound_to(self, offset: int) -> str:
        return f"part/{self.device}/{self.sha256}/{offset}"


@dataclass(frozen=True, slots=True)
class _Piece:
    file: Path
    offset: int
    bytes: int
    key_id: str


def offset_of(upload: Upload) -> int:
    """How many bytes are here, from the first on."""
    return sum(piece.bytes for piece in _pieces(upload))


def add(
    session: Session, upload: Upload, offset: int, total: int, piece: bytes, now: datetime
) -> bytes | None:
    """The whole file where this was its last piece; what is here stays until `forget`.

    Raises OffsetMismatch, TooLarge, PieceTooSmall, Checksum (then nothing of it is here any more),
    StorageFull, KeyUnavailable or SurveyRetired.
    """
    _check(offset, total, piece)
    here = offset_of(upload)
    if offset != here:
        raise _mismatch(here)
    if offset + len(piece) < total:
        _keep(session, upload, offset, piece, now)
        return None
    try:
        content = b"".join([*_opened(session, upload), piece])
    except BodyDamaged:
        content = b""
    try:
        require_sum(upload.sha256, content)
    except problems.Checksum:
        forget(upload)
        raise
    return content


def _mismatch(here: int) -> problems.OffsetMismatch:
    return problems.OffsetMismatch(headers={"Upload-Offset": str(here)})


def _check(offset: int, total: int, piece: bytes) -> None:
    if total > place().most_bytes:
        raise problems.TooLarge(limit=place().most_bytes)
    if offset + len(piece) > total:
        raise problems.ParamInvalid(errors=[{"pointer": "/Upload-Length", "code": "invalid"}])
    if len(piece) < SMALLEST_PIECE and offset + len(piece) < total:
        raise problems.PieceTooSmall(limit=SMALLEST_PIECE)


def _keep(session: Session, upload: Upload, offset: int, piece: bytes, now: datetime) -> None:
    sealed = bodies.seal(session, upload.survey, upload.bound_to(offset), piece, now)
    try:
        if not upload.folder.exists():
            _make_room(upload.folder.parent)
            upload.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        write_whole(upload.folder / f"{offset:010}-{sealed.key_id}", sealed.content)
    except FileExistsError:
        # The same piece, twice at once.
        raise _mismatch(offset_of(upload)) from None
    except OSError as fault:
        raise problem_of(fault) from None


def _make_room(device: Path) -> None:
    if device.is_dir():
        known = sorted(device.iterdir(), key=_touched)
        for folder in known[: max(0, len(known) - FILES_AT_ONCE + 1)]:
            shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _pieces(upload: Upload) -> Iterator[_Piece]:
    """Each following the one before; what does not follow is of an earlier try."""
    here = 0
    for name in _names(upload.folder):
        start, _, key_id = name.partition("-")
        if start.isdigit() and int(start) == here:
            file = upload.folder / name
            piece = _Piece(file, here, file.stat().st_size - OVERHEAD_BYTES, key_id)
            yield piece
            here += piece.bytes


def _names(folder: Path) -> list[str]:
    try:
        return sorted(file.name for file in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise problem_of(fault) from None


def _opened(session: Session, upload: Upload) -> Iterator[bytes]:
    for piece in _pieces(upload):
        bound = upload.bound_to(piece.offset)
        sealed = piece.file.read_bytes()
        yield bodies.unseal(session, upload.survey, bound, piece.key_id, sealed)


def forget(upload: Upload) -> None:
    shutil.rmtree(upload.folder, ignore_errors=True)


def forget_survey(survey: int) -> None:
    shutil.rmtree(place().parts / str(survey), ignore_errors=True)


def sweep(now: datetime) -> int:
    """Takes away what has not grown for days; how many files that were on their way."""
    gone = 0
    for folder in place().parts.glob("*/*/*"):
        with suppress(OSError):
            if folder.stat().st_mtime < (now - LONGEST_WAIT).timestamp():
                shutil.rmtree(folder)
                gone += 1
    return gone
