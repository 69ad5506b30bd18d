"""What is left on a tablet is read from its file, and a receipt is one only if it is signed."""

import base64
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey_server.faults.left import Left, key_in, left_in_store
from survey_server.receipts import key_of
from survey_server.tablet.protocol import Batch, Receipt, Result
from survey_server.tablet.records import Attachment, Record, digest
from survey_server.tablet.store import Store

ANSWERS = b'{"a": "1"}'
PHOTO = b"\xff\xd8\xff a photo"
KEY = Ed25519PrivateKey.generate()


def record(name: str, *files: Attachment) -> Record:
    return Record(name, "f", "1", "i", "u", "", "", ANSWERS, digest(ANSWERS), attachments=files)


def acknowledged(file: Path, signer: Ed25519PrivateKey = KEY, told: str = "") -> Left:
    """A tablet that has a receipt for one of two interviews; `told` is the digest in it."""
    store = Store(file, durable=False)
    photo = Attachment("p.jpg", store.keep_file(PHOTO), len(PHOTO))
    store.keep([record("a", photo), record("b")])
    sent = Batch("1", b"", (("a", digest(ANSWERS)),))
    store.take_off(sent, "2024-04-01")
    results = [{"instance_id": "a", "outcome": "stored", "sha256": told or digest(ANSWERS)}]
    body = json.dumps({"results": results}).encode()
    signature = f"id:{base64.b64encode(signer.sign(body)).decode()}"
    result = Result("a", "stored", None, False, digest(ANSWERS))
    store.settle(Receipt("1", False, "e", "", [result]), body, signature, "2024-04-01", 5)
    store.close()
    return left_in_store(file, KEY.public_key())


def test_what_is_held_and_what_was_promised_are_told_apart(tmp_path: Path) -> None:
    left = acknowledged(tmp_path / "store.sqlite")
    assert left.held == {("b", digest(ANSWERS))}
    assert left.acknowledged == {("a", digest(ANSWERS))}
    assert (left.files_held, left.files_acknowledged) == ({digest(PHOTO)}, set())
    assert left.files_named == {("a", "p.jpg", digest(PHOTO))}
    assert left.unproved == []
    store = Store(tmp_path / "store.sqlite", durable=False)
    store.release_file(digest(PHOTO), "2024-04-01")
    store.close()
    left = left_in_store(tmp_path / "store.sqlite", KEY.public_key())
    assert (left.files_held, left.files_acknowledged) == (set(), {digest(PHOTO)})


@pytest.mark.parametrize(
    "forged",
    [
        lambda file: acknowledged(file, signer=Ed25519PrivateKey.generate()),
        lambda file: acknowledged(file, told="another content"),
    ],
    ids=["signed by somebody else", "about another content"],
)
def test_a_receipt_that_proves_nothing_is_noticed(
    tmp_path: Path, forged: Callable[[Path], Left]
) -> None:
    assert [one.partition(":")[0] for one in forged(tmp_path / "store.sqlite").unproved] == ["a"]


def test_a_record_that_was_changed_afterwards_is_not_proved(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    acknowledged(file)
    with sqlite3.connect(file) as store:
        store.execute("DROP TRIGGER an_offered_record_is_immutable")
        store.execute("UPDATE records SET answers = CAST('other' AS BLOB) WHERE instance_id = 'a'")
    store.close()
    assert len(left_in_store(file, KEY.public_key()).unproved) == 1


def test_the_key_is_the_public_half_of_the_servers(tmp_path: Path) -> None:
    made = key_of(tmp_path / "receipt.pem")
    key_in(tmp_path / "receipt.pem").verify(made.private.sign(b"x"), b"x")
