"""Under which account PostgreSQL runs, and which folders that account can reach.

PostgreSQL refuses to run as root. As root it therefore runs as `nobody`, which may not reach
what root owns: neither a virtual environment under /root nor a data folder there.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.binaries import PostgresPrograms
from survey_server.local.refusals import CannotStart

SYSTEM_FOLDER = Path("/var/lib/survey-server")
NEVER_RUN = ("include", "share/doc", "lib/pkgconfig", "lib/pgxs")


@dataclass(frozen=True, slots=True)
class Account:
    """A user that a server runs as instead of root."""

    uid: int
    gid: int

    def owns(self, folder: Path) -> None:
        os.chown(folder, self.uid, self.gid)


def account_for_postgres() -> Account | None:
    """None means: as whoever started us."""
    if os.geteuid() != 0:
        require_a_name(os.geteuid())
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as missing:
        raise CannotStart(
            "PostgreSQL does not run as root, and this machine has no user `nobody` for it: "
            "run this as an ordinary user, or set SURVEY_DATABASE_URL."
        ) from missing
    return Account(nobody.pw_uid, nobody.pw_gid)


def require_a_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError as unnamed:
        raise CannotStart(
            f"User {uid} has no name in /etc/passwd, and PostgreSQL needs one: "
            "add an entry for it, or set SURVEY_DATABASE_URL."
        ) from unnamed


def can_reach(account: Account | None, folder: Path) -> bool:
    """Whether every folder on the way down lets this account pass."""
    return account is None or all(lets_pass(account, step) for step in folder.resolve().parents)


def lets_pass(account: Account, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def reachable_folder(account: Account | None, wanted: Path) -> Path:
    """`wanted`, or a folder of the system that `wanted` then links to.

    The link is what remembers the place: who deletes the data folder deletes the link, and the
    next start begins anew instead of finding the old data again.
    """
    if wanted.is_symlink() and wanted.is_dir():
        return wanted.resolve()
    if can_reach(account, wanted):
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted.resolve()
    wanted.unlink(missing_ok=True)
    elsewhere = new_system_folder(wanted)
    wanted.symlink_to(elsewhere)
    return elsewhere


def new_system_folder(wanted: Path) -> Path:
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    digest = hashlib.sha256(os.fsencode(wanted.absolute())).hexdigest()[:8]
    return Path(tempfile.mkdtemp(prefix=f"{digest}-", dir=SYSTEM_FOLDER))


def runnable(account: Account | None, programs: PostgresPrograms) -> PostgresPrograms:
    """The programs where the account can run them: a copy, if they are out of its reach."""
    if account is None or runs(account, programs.postgres):
        return programs
    if not programs.from_wheel:
        raise CannotStart(f"The user `nobody` may not run {programs.postgres}.")
    return PostgresPrograms(copied(programs.home), from_wheel=True)


def runs(account: Account, program: Path) -> bool:
    try:
        outcome = subprocess.run(
            [program, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return outcome.returncode == 0


def copied(home: Path) -> Path:
    """One copy per release, complete or not there at all.

    The programs look for their libraries beside the package, so both keep their places.
    """
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    build = hashlib.sha256((home / "bin/postgres").read_bytes()).hexdigest()[:12]
    copy = SYSTEM_FOLDER / f"postgres-{build}"
    inside = home.relative_to(home.parents[1])
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_FOLDER))
        shutil.copytree(home, unfinished / inside, symlinks=True, ignore=all_but_needed(home))
        libraries = home.parents[1] / f"{home.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        let_everybody_read(unfinished)
        try_to_name(unfinished, copy)
    return copy / inside


def all_but_needed(home: Path) -> Callable[[str, list[str]], set[str]]:
    unneeded = {home / name for name in NEVER_RUN}

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(folder, name) in unneeded or name.endswith(".a")}

    return ignored


def let_everybody_read(copy: Path) -> None:
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)


def try_to_name(finished: Path, name: Path) -> None:
    """Two starts at once may both have copied: the first one's copy is as good."""
    try:
        finished.rename(name)
    except OSError:
        if not name.exists():
            raise
        shutil.rmtree(finished)
