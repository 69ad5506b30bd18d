"""The truth table of functions/hashing.py."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import value_of

TABLE = [
    ("digest('a', 'MD5', 'hex')", "0cc175b9c0f1b6a831c399e269772661"),
    ("digest('a', 'SHA-1')", "hvfkN/qlp/zhXR3cuerq6jd2Z7g="),
    ("digest('a', 'sha1')", "hvfkN/qlp/zhXR3cuerq6jd2Z7g="),
    (
        "digest('a', 'SHA-256', 'HEX')",
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    ),
    ("base64-decode('w6k=')", "é"),
    ("base64-decode(' w6k= ')", "é"),
    ("base64-decode('w6k')", ""),
    ("base64-decode('!!')", ""),
    ("uuid()", "44444444-4444-4444-8444-444444444444"),
    ("uuid(5)", "99999"),
    ("uuid(0)", ""),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: str) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["digest('a', 'CRC')", "digest('a', 'MD5', 'octal')"])
def test_only_known_digests_are_made(text: str) -> None:
    with pytest.raises(EvaluationFault, match="unknown algorithm or encoding"):
        value_of(text)


def test_a_signed_text_is_given_only_with_its_key() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signed = base64.b64encode(key.sign(b"unit 12") + b"unit 12").decode()
    good = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    other = base64.b64encode(bytes(range(32))).decode()
    assert value_of(f"extract-signed('{signed}', '{good}')") == "unit 12"
    assert value_of(f"extract-signed('{signed}', '{other}')") == ""
    assert value_of("extract-signed('abc', 'x')") == ""
