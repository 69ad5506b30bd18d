"""A sealed body opens with its key, for its survey and batch, and tells nothing otherwise."""

import gzip

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.bodies import (
    BodyDamaged,
    fingerprint_of,
    new_key,
    new_nonce,
    opened,
    sealed,
)

KEY, NONCE = bytes(range(32)), bytes(12)
PACKED = gzip.compress(b'{"name":"Nguyen"}', mtime=0)


@given(st.binary(max_size=2000), st.text(max_size=20), st.integers(1, 2**62))
def test_what_was_sealed_is_opened_as_it_was(packed: bytes, survey: str, batch: int) -> None:
    key, nonce = new_key(), new_nonce()
    assert opened(key, survey, batch, sealed(key, nonce, survey, batch, packed)) == packed


@given(st.data())
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    body = bytearray(sealed(KEY, NONCE, "census", 7, PACKED))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BodyDamaged):
        opened(KEY, "census", 7, bytes(body))


@pytest.mark.parametrize(
    ("key", "survey", "batch"),
    [(bytes(32), "census", 7), (KEY, "other", 7), (KEY, "census", 8), (KEY, "census\x007", 7)],
)
def test_a_body_opens_nowhere_else(key: bytes, survey: str, batch: int) -> None:
    with pytest.raises(BodyDamaged):
        opened(key, survey, batch, sealed(KEY, NONCE, "census", 7, PACKED))


@pytest.mark.parametrize("stored", [b"", b"\x01", PACKED, b"\x02" + bytes(60), b"\x01" + bytes(28)])
def test_what_never_was_a_body_is_damaged(stored: bytes) -> None:
    with pytest.raises(BodyDamaged):
        opened(KEY, "census", 7, stored)


def test_keys_nonces_and_fingerprints_do_not_repeat() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == len({fingerprint_of(key) for key in keys}) == 100
    assert len({new_nonce() for _ in range(100)}) == 100
    assert {len(key) for key in keys} == {32}
