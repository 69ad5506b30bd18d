"""Digests, encodings and signatures."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import MAX_TEXT, Value, whole

_ALGORITHMS = {
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
}
_ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "base64": lambda digest: base64.b64encode(digest).decode("ascii"),
    "hex": bytes.hex,
}
_SIGNATURE_BYTES = 64
_HEX = "0123456789abcdef"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    name = _ALGORITHMS.get(algorithm.upper().replace("-", ""))
    encode = _ENCODINGS.get(encoding.lower())
    if name is None or encode is None:
        raise EvaluationFault("digest() is asked for an unknown algorithm or encoding")
    return encode(
        hashlib.new(name, text.encode("utf-8", "replace"), usedforsecurity=False).digest()
    )


def base64_decode(text: str) -> str:
    decoded = _decoded(text)
    return "" if decoded is None else decoded.decode("utf-8", "replace")


def extract_signed(contents: str, public_key: str) -> str:
    """The message behind an Ed25519 signature, "" if it is not the key's."""
    signed, key = _decoded(contents), _decoded(public_key)
    if signed is None or key is None or len(signed) < _SIGNATURE_BYTES:
        return ""
    signature, message = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return ""
    return message.decode("utf-8", "replace")


def uuid(node: Node, context: Context, length: Value | None = None) -> str:
    """Without a length, one of version 4."""
    if length is not None:
        count = min(max(whole(length), 0), MAX_TEXT)
        return "".join(_drawn(context, _LETTERS) for _ in range(count))
    digits = [_drawn(context, _HEX) for _ in range(32)]
    digits[12] = "4"
    digits[16] = _HEX[8 + int(digits[16], 16) % 4]
    text = "".join(digits)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _drawn(context: Context, letters: str) -> str:
    return letters[int(context.random() * len(letters))]


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


TABLE: Table = {
    "digest": Function(digest, ("text", "text", "text"), "text", optional=1),
    "base64-decode": Function(base64_decode, ("text",), "text"),
    "extract-signed": Function(extract_signed, ("text", "text"), "text"),
    "uuid": Function(uuid, ("value",), "text", optional=1, sees_context=True),
}
