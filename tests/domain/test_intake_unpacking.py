import contextlib
import gzip
import time
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from survey_server import problems
from survey_server.domain.intake.unpacking import PIECE, unpacked

LIMIT = 5 * PIECE


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, LIMIT - 1, LIMIT])
def test_up_to_the_limit_everything_is_unpacked(size: int) -> None:
    plain = bytes(size)
    for encoding in ("gzip", "x-gzip"):
        assert unpacked(gzip.compress(plain), encoding, LIMIT) == plain
    for encoding in ("", "identity"):
        assert unpacked(plain, encoding, LIMIT) == plain


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + PIECE, 10 * LIMIT])
def test_one_byte_more_is_refused_with_the_limit(size: int) -> None:
    for body, encoding in ((gzip.compress(bytes(size)), "gzip"), (bytes(size), "")):
        with pytest.raises(problems.UnpackedTooLarge) as refused:
            unpacked(body, encoding, LIMIT)
        assert refused.value.data == {"limit": LIMIT}


def test_a_limit_of_less_than_a_piece_is_kept() -> None:
    assert unpacked(gzip.compress(b"abc"), "gzip", 3) == b"abc"
    with pytest.raises(problems.UnpackedTooLarge):
        unpacked(gzip.compress(b"abcd"), "gzip", 3)


def test_a_bomb_is_noticed_fast() -> None:
    bomb = gzip.compress(bytes(100 * PIECE))
    started = time.process_time()
    with pytest.raises(problems.UnpackedTooLarge):
        unpacked(bomb, "gzip", PIECE)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "gzip, gzip", "gzip,", "x", "*"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(problems.EncodingUnsupported):
        unpacked(gzip.compress(b"{}"), encoding, LIMIT)


WHOLE = gzip.compress(b'{"a": "Nguy\xe1\xbb\x85n"}' * 20)


def test_cut_anywhere_it_is_truncated() -> None:
    for place in range(len(WHOLE)):
        with pytest.raises(problems.GzipTruncated):
            unpacked(WHOLE[:place], "gzip", LIMIT)


@pytest.mark.parametrize(
    "body",
    [b"{}", zlib.compress(b"{}"), WHOLE + b"\0", WHOLE + WHOLE, WHOLE + gzip.compress(b""),
     WHOLE[:-8] + bytes(8), WHOLE[:-4] + bytes(4), b"\x1f\x8b\x09" + WHOLE[3:]],
    ids=["plain", "zlib", "a byte more", "twice", "and an empty one", "wrong sum", "wrong length",
         "other method"],
)  # fmt: skip
def test_damaged_or_doubled_it_is_invalid(body: bytes) -> None:
    with pytest.raises(problems.GzipInvalid):
        unpacked(body, "gzip", LIMIT)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_is_noticed_or_does_not_matter(place: int, byte: int) -> None:
    changed = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    with contextlib.suppress(problems.GzipInvalid, problems.GzipTruncated):
        assert unpacked(changed, "gzip", LIMIT) == gzip.decompress(WHOLE)
