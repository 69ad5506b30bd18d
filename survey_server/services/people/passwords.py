"""Passwords: argon2id, a bounded number at once.

A hash takes a core for tens of milliseconds and 19 MiB: without a bound, signing in would be a way
to stop the server. Two web processes share a machine (survey_server.local.children), so each may
use half of the cores.
"""

import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey_server import problems
from survey_server.domain.people import passwords

PATIENCE_SECONDS = 3.0


class Hashes:
    """Makes and checks hashes; whoever would wait too long is told to come again."""

    def __init__(self, at_once: int, patience: float = PATIENCE_SECONDS) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = BoundedSemaphore(at_once)
        self._patience = patience
        # Checked for people who do not exist, so that they take as long as those who do.
        self._nobody = self._hasher.hash(secrets.token_hex())
        self.checked = 0

    def of(self, password: str) -> str:
        with self._slot():
            return str(self._hasher.hash(passwords.as_kept(password)))

    def fits(self, kept: str | None, password: str) -> bool:
        """Takes the time of a check whatever is kept, nothing included."""
        with self._slot():
            self.checked += 1
            try:
                right = self._hasher.verify(kept or self._nobody, passwords.as_kept(password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(right) and kept is not None

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._patience):
            raise problems.Overloaded()
        try:
            yield
        finally:
            self._slots.release()


hashes = Hashes(at_once=max(1, (os.cpu_count() or 1) // 2))


def hash_of_new(password: str, own_words: Collection[str]) -> str:
    """Raises PasswordRefused with the reason."""
    if fault := passwords.fault_of(password, own_words):
        raise problems.PasswordRefused(errors=[{"pointer": "/password", "code": fault}])
    return hashes.of(password)
