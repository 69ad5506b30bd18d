"""What is left on one device in the end, read from its own file by nothing of its client's."""

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey_server.faults.account import Content, Named


@dataclass(frozen=True, slots=True)
class Left:
    """`held` is on the device only, `acknowledged` may be deleted there; files by their SHA-256,
    and `files_named` by interviews that were acknowledged. `unproved` was acknowledged without a
    receipt that proves it."""

    held: set[Content] = field(default_factory=set)
    acknowledged: set[Content] = field(default_factory=set)
    files_held: set[str] = field(default_factory=set)
    files_acknowledged: set[str] = field(default_factory=set)
    files_named: set[Named] = field(default_factory=set)
    unproved: list[str] = field(default_factory=list)


def left_in_store(file: Path, key: Ed25519PublicKey) -> Left:
    """Of the reference client; `key` is what its server signs with."""
    with closing(sqlite3.connect(file)) as store:
        rows = store.execute("SELECT state, instance_id, answers FROM records").fetchall()
        files = store.execute("SELECT state, content FROM files").fetchall()
        named = store.execute(_NAMED).fetchall()
        unproved = sorted(_unproved(store, key))
    contents = [(state, (name, sha256(answers).hexdigest())) for state, name, answers in rows]
    sums = [(state, sha256(content).hexdigest()) for state, content in files]
    return Left(
        held={content for state, content in contents if state != "acked"},
        acknowledged={content for state, content in contents if state == "acked"},
        files_held={one for state, one in sums if state != "acked"},
        files_acknowledged={one for state, one in sums if state == "acked"},
        files_named=set(named),
        unproved=unproved,
    )


_NAMED = (
    "SELECT n.instance_id, n.name, n.sha256 FROM named_files n JOIN records r USING (instance_id)"
    " WHERE r.state = 'acked'"
)
_PROOFS = (
    "SELECT r.instance_id, r.answers, p.body, p.signature FROM records r"
    " LEFT JOIN receipts p ON p.batch_id = r.receipt WHERE r.state = 'acked'"
)


def _unproved(store: sqlite3.Connection, key: Ed25519PublicKey) -> Iterator[str]:
    for instance_id, answers, body, signature in store.execute(_PROOFS):
        if body is None or not _signed(bytes(body), signature, key):
            yield f"{instance_id}: no receipt that the server has signed"
        elif (instance_id, sha256(answers).hexdigest()) not in _promised_by(bytes(body)):
            yield f"{instance_id}: its receipt does not promise this content"


def _promised_by(body: bytes) -> set[Content]:
    results = json.loads(body)["results"]
    return {(one["instance_id"], one["sha256"]) for one in results if one["outcome"] != "rejected"}


def _signed(body: bytes, told: str, key: Ed25519PublicKey) -> bool:
    """`<key id>:<base64>`."""
    try:
        key.verify(base64.b64decode(told.rpartition(":")[2], validate=True), body)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def key_in(file: Path) -> Ed25519PublicKey:
    """The public half of what lies in the server's file."""
    private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    public = private.public_key()
    assert isinstance(public, Ed25519PublicKey)
    return public
