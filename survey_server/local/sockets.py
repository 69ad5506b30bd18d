"""Where the servers' sockets are: in the data folder, unless its path is too long for one.

A socket's path has at most 107 bytes. The short folder's name depends on the data folder alone,
so that addresses stay the same when a server is started again.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from survey_server.local.accounts import Account
from survey_server.local.refusals import CannotStart

LONGEST_PATH = 107
LONGEST_NAME = len("/.s.PGSQL.5432.lock")


def socket_folder(beside: Path, account: Account | None = None) -> Path:
    """A private folder, made if missing; who starts a server in it removes it at the end."""
    folder = beside / "socket"
    if len(os.fsencode(folder)) + LONGEST_NAME > LONGEST_PATH:
        digest = hashlib.sha256(os.fsencode(beside)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"survey-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    require_private(folder, account)
    if account:
        account.owns(folder)
    return folder


def require_private(folder: Path, account: Account | None) -> None:
    """In a folder for everybody somebody else may have been there first."""
    found = folder.lstat()
    ours = found.st_uid in {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077 or not ours:
        raise CannotStart(f"{folder} belongs to somebody else: remove it and start again.")
