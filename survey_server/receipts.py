"""Receipts are signed, so that no captive portal or relay can forge an acknowledgement.

The signature (Ed25519) is over the exact bytes of the unpacked response. Tablets pin the public
key when they enrol.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(pem)
    try:
        # A link fails where somebody else was first; a rename would take their key away.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
