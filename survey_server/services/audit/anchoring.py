"""Carries the signed ends of the chains to another disk, where whoever owns the database is not.

The line is on that disk before the database remembers it: a crash in between leaves one line more
in the file than the database knows of, never one less.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.audit.anchors import Acknowledged, line_of, told_by
from survey_server.receipts import ReceiptKey
from survey_server.store import audit


def anchor(
    engine: Engine,
    file: Path,
    key: ReceiptKey,
    now: datetime,
    acknowledged: Acknowledged | None = None,
) -> bool:
    """Appends a line if a chain has grown since the last, or something is acknowledged; whether it
    did. False where another process is sealing. Raises OSError."""
    with Session(engine) as session, session.begin():
        if not audit.is_only_sealer(session):
            return False
        heads = {head.chain: (head.seq, head.hash) for head in audit.heads(session)}
        last = audit.last_anchor(session)
        before = _last_line(file)
        told = told_by(before)
        if not acknowledged and (not heads or (told and told.heads == heads)):
            return False
        number = max(last[0] if last else 0, told.number if told else 0) + 1
        line = line_of(number, now, heads, before, key.key_id, key.private.sign, acknowledged)
        _append(file, line)
        audit.note_anchor(session, number, now, hashlib.sha256(line).digest())
    return True


def lines_of(file: Path) -> list[bytes]:
    """Without a last line that was not written to its end."""
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []


LONGEST_LINE = 1024 * 1024


def _last_line(file: Path) -> bytes:
    """b"" where there is none. What was not written to its end is taken away."""
    if not file.exists():
        return b""
    with file.open("r+b") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - LONGEST_LINE))
        tail = opened.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        opened.truncate(size - len(tail) + len(whole))
    return whole.rstrip(b"\n").rpartition(b"\n")[2]


def _append(file: Path, line: bytes) -> None:
    is_new = not file.exists()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as opened:
        opened.write(line + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    if is_new:
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
