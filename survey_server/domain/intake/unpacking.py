"""Unpacks an upload, never further than allowed: 2 MB of gzip can hold 2 GB of zeros."""

import zlib

from survey_server import problems

GZIP = 16 + zlib.MAX_WBITS
MAGIC = b"\x1f\x8b"
PIECE = 1024 * 1024


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """The plain bytes of a body whose Content-Encoding is `encoding`.

    Raises EncodingUnsupported, GzipInvalid, GzipDamaged, GzipTruncated or UnpackedTooLarge.
    """
    if encoding in ("", "identity"):
        plain = body
    elif encoding in ("gzip", "x-gzip"):
        plain = _gunzipped(body, limit)
    else:
        raise problems.EncodingUnsupported(headers={"Accept-Encoding": "gzip"})
    if len(plain) > limit:
        raise problems.UnpackedTooLarge(limit=limit)
    return plain


def _gunzipped(body: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(GZIP)
    pieces = []
    room = limit
    rest = body
    # Piece by piece, so that a bomb is noticed with no more than `limit` in memory.
    while rest and not stream.eof:
        try:
            pieces.append(stream.decompress(rest, PIECE))
        except zlib.error:
            damaged = body.startswith(MAGIC)
            raise problems.GzipDamaged() if damaged else problems.GzipInvalid() from None
        room -= len(pieces[-1])
        if room < 0:
            raise problems.UnpackedTooLarge(limit=limit)
        rest = stream.unconsumed_tail
    if not stream.eof:
        raise problems.GzipTruncated()
    # A second member or trailing bytes would be read by some unpackers and not by others.
    if stream.unused_data:
        raise problems.GzipInvalid()
    return b"".join(pieces)
