"""The chain: each link's hash is over the hash before it and the entry's canonical bytes."""

import hashlib
from dataclasses import dataclass

from survey_server.domain.audit.entries import Kept, canonical

# What the first link of every chain follows.
FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class Link:
    """A seal: the place of an entry in its chain. `seq` counts from 1."""

    chain: str
    seq: int
    entry_id: int
    prev_hash: bytes
    hash: bytes


def hash_of(prev_hash: bytes, kept: Kept) -> bytes:
    return hashlib.sha256(prev_hash + canonical(kept)).digest()


def link(chain: str, last: tuple[int, bytes], kept: Kept) -> Link:
    """The link after `last`, which is a place and its hash."""
    seq, prev_hash = last
    return Link(chain, seq + 1, kept.id, prev_hash, hash_of(prev_hash, kept))
