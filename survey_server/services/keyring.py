"""Where the keys of surveys are kept: never in the database, whose dumps must tell nothing.

Either in files of the data folder, or with a service that a command asks (SURVEY_KEY_COMMAND).
The command is called as `COMMAND make|read|destroy SURVEY KEY_ID`; `make` and `read` print the key
in base64. It fails where there is no such key. What a command told is kept in memory for some
minutes; a file is read every time.

    <SURVEY_DATA>/keys/surveys/<survey>/<key id>.key     32 random bytes, readable by us alone
"""

import base64
import binascii
import os
import shlex
import subprocess
import time
from abc import ABC, abstractmethod
from functools import lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import structlog

from survey_server.domain.bodies import KEY_BYTES, new_key
from survey_server.durable import make_folder, sync, write_whole
from survey_server.settings import Settings

log = structlog.get_logger()

REMEMBERED_SECONDS = 300.0
LONGEST_CALL_SECONDS = 10.0


class NoSuchKey(Exception):
    """The key is not at hand, now or for ever; the caller knows what that means."""


class Keyring(ABC):
    @abstractmethod
    def make(self, survey: str, key_id: str) -> bytes:
        """A new key, kept before this returns. Raises NoSuchKey where it cannot be."""

    @abstractmethod
    def read(self, survey: str, key_id: str) -> bytes:
        """Raises NoSuchKey."""

    @abstractmethod
    def destroy(self, survey: str, key_id: str) -> None:
        """For ever; what is not there is destroyed. Raises NoSuchKey where it may still be."""


class KeyFiles(Keyring):
    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def make(self, survey: str, key_id: str) -> bytes:
        key = new_key()
        file = self._file(survey, key_id)
        try:
            make_folder(file.parent)
            write_whole(file, key)
        except OSError as fault:
            raise NoSuchKey(key_id) from fault
        return key

    def read(self, survey: str, key_id: str) -> bytes:
        try:
            key = _read(self._file(survey, key_id))
        except OSError as fault:
            raise NoSuchKey(key_id) from fault
        if len(key) != KEY_BYTES:
            raise NoSuchKey(key_id)
        return key

    def destroy(self, survey: str, key_id: str) -> None:
        """Written over first, for disks that do as they are told; others, and every backup of the
        folder, have to be seen to by their owner."""
        file = self._file(survey, key_id)
        try:
            with file.open("r+b") as target:
                target.write(new_key())
                target.flush()
                os.fsync(target.fileno())
            file.unlink()
            sync(file.parent)
        except FileNotFoundError:
            return
        except OSError as fault:
            raise NoSuchKey(key_id) from fault

    def _file(self, survey: str, key_id: str) -> Path:
        return self._folder / _place_of(survey, key_id)


def _read(file: Path) -> bytes:
    """At most a byte more than a key, by as few calls as can be: it is done for every upload."""
    opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(opened, KEY_BYTES + 1)
    finally:
        os.close(opened)


@lru_cache(maxsize=1000)
def _place_of(survey: str, key_id: str) -> Path:
    """A survey's code is anything an office likes; as a name of a folder it must stay one."""
    folder = quote(survey, safe="").replace(".", "%2E")
    return Path(folder) / f"{quote(key_id, safe='')}.key"


class KeyCommand(Keyring):
    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)
        self._remembered: dict[tuple[str, str], tuple[float, bytes]] = {}
        self._lock = Lock()

    def make(self, survey: str, key_id: str) -> bytes:
        return self._told("make", survey, key_id)

    def read(self, survey: str, key_id: str) -> bytes:
        with self._lock:
            self._forget_old()
            known = self._remembered.get((survey, key_id))
        return known[1] if known is not None else self._told("read", survey, key_id)

    def destroy(self, survey: str, key_id: str) -> None:
        with self._lock:
            self._remembered.pop((survey, key_id), None)
        self._call("destroy", survey, key_id)

    def _told(self, act: str, survey: str, key_id: str) -> bytes:
        try:
            key = base64.b64decode(self._call(act, survey, key_id).strip(), validate=True)
        except binascii.Error as fault:
            raise NoSuchKey(key_id) from fault
        if len(key) != KEY_BYTES:
            raise NoSuchKey(key_id)
        with self._lock:
            self._forget_old()
            self._remembered[survey, key_id] = (time.monotonic() + REMEMBERED_SECONDS, key)
        return key

    def _forget_old(self) -> None:
        """Those that nobody asks for any more, too."""
        now = time.monotonic()
        for name in [name for name, (until, _) in self._remembered.items() if until <= now]:
            del self._remembered[name]

    def _call(self, act: str, survey: str, key_id: str) -> bytes:
        """What the command says of a fault goes to its own log: it may quote a key."""
        try:
            done = subprocess.run(
                [*self._words, act, survey, key_id],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=LONGEST_CALL_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as fault:
            log.error("key command failed", act=act, survey=survey, why=type(fault).__name__)
            raise NoSuchKey(key_id) from None
        return done.stdout


def keyring_of(settings: Settings) -> Keyring:
    if settings.key_command:
        return KeyCommand(settings.key_command)
    return KeyFiles(settings.data_folder / "keys" / "surveys")


_at_hand: list[Keyring] = []


def use(keyring: Keyring) -> None:
    """From here on, by everything in this process: a process has one place to keep keys."""
    _at_hand[:] = [keyring]


def keyring() -> Keyring:
    """Raises NoSuchKey in a process that was given none."""
    if not _at_hand:
        raise NoSuchKey("")
    return _at_hand[0]
