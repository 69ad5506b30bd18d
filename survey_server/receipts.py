"""Receipts are signed, so that no captive portal or relay can forge an acknowledgement.

The signature (Ed25519) is over the exact bytes of the unpacked response. Tablets pin the public
key when they enrol.
"""

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey_server.durable import make_folder, write_whole

HEADER = "Receipt-Signature"


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """`key_id` names the public key, so that it can be changed while tablets are in the field."""

    key_id: str
    public_key: str
    private: Ed25519PrivateKey

    def signature_of(self, response: bytes) -> str:
        return f"{self.key_id}:{base64.b64encode(self.private.sign(response)).decode()}"


def key_of(file: Path) -> ReceiptKey:
    """Reads the key, or makes it at the first start; two processes starting at once agree."""
    if not file.exists():
        _make(file)
    private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{file} does not hold an Ed25519 key.")
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(public).hexdigest()[:16]
    return ReceiptKey(key_id, base64.b64encode(public).decode(), private)


def _make(file: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    make_folder(file.parent)
    # Somebody else may be first.
    with suppress(FileExistsError):
        write_whole(file, pem)
