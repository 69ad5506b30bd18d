"""A batch's body as it is stored: packed by the tablet, then sealed with a key of its survey.

    01 · nonce, 12 bytes · the packed body in AES-256-GCM, its tag of 16 bytes last

The survey and the number of the batch are bound to it and stored nowhere in it: a body that was
moved to another batch, or into another survey, does not open. Files of interviews are sealed in the
same way, bound to their ids. A nonce is random and used once; 2^32 bodies may be sealed with one
key (NIST SP 800-38D), and a census has a few million.
"""

import hashlib
import secrets
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
OVERHEAD_BYTES = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES

# What is sealed: the number of a batch, the id of a file, a word for a part of one.
Thing = int | uuid.UUID | str


class BodyDamaged(Exception):
    """Does not open with a key that is the right one."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def new_nonce() -> bytes:
    return secrets.token_bytes(_NONCE_BYTES)


def fingerprint_of(key: bytes) -> bytes:
    """Tells a wrong key from the right one. A key is random, so that nothing leads back to it."""
    return hashlib.sha256(b"key of bodies\x00" + key).digest()[:16]


def sealed(key: bytes, nonce: bytes, survey: str, thing: Thing, packed: bytes) -> bytes:
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, packed, _bound(survey, thing))


def opened(key: bytes, survey: str, thing: Thing, stored: bytes) -> bytes:
    """Raises BodyDamaged."""
    start = len(_VERSION) + _NONCE_BYTES
    if stored[:1] != _VERSION or len(stored) < start + _TAG_BYTES:
        raise BodyDamaged
    try:
        return AESGCM(key).decrypt(stored[1:start], stored[start:], _bound(survey, thing))
    except InvalidTag:
        raise BodyDamaged from None


def _bound(survey: str, thing: Thing) -> bytes:
    return f"{survey}\x00{thing}".encode()
