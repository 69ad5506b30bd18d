"""How this server lets people in: what it asks of them, and the key that opens second factors.

The key lies in a file outside the database, so that a copy of the database opens nobody's account.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_server.durable import make_folder, write_whole

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """What was sealed is not of this key, or of another person."""


@dataclass(frozen=True, slots=True)
class Seal:
    """AES-256-GCM, bound to the person: a secret copied into another row opens nothing."""

    key: bytes = field(repr=False)

    def close(self, secret: bytes, person: int) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, secret, str(person).encode())

    def open(self, sealed: bytes, person: int) -> bytes:
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self.key).decrypt(nonce, rest, str(person).encode())
        except InvalidTag:
            raise SealBroken from None


@dataclass(frozen=True, slots=True)
class Door:
    """`second_factor_required` is False in a demonstration: accounts that have none sign in."""

    seal: Seal
    second_factor_required: bool = True
    failures_of_address: int = 50


def seal_of(file: Path) -> Seal:
    """Reads the key, or makes it at the first start; two processes starting at once agree."""
    if not file.exists():
        _make(file)
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{file} does not hold a key of {KEY_BYTES} bytes.")
    return Seal(key)


def _make(file: Path) -> None:
    make_folder(file.parent)
    # Somebody else may be first.
    with suppress(FileExistsError):
        write_whole(file, secrets.token_bytes(KEY_BYTES))
