"""Uploads that went wrong on the way, and one that was made to do harm."""

import random
import zlib


def mutated(chance: random.Random, body: bytes) -> bytes:
    """A few bytes changed, removed, doubled or put in."""
    made = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(made) or 1)
        kind = chance.randrange(4)
        if kind == 0:
            made[place : place + 1] = [chance.randrange(256)]
        elif kind == 1:
            del made[place : place + chance.randint(1, 9)]
        elif kind == 2:
            made[place:place] = made[place : place + chance.randint(1, 40)]
        else:
            made[place:place] = chance.randbytes(chance.randint(1, 9))
    return bytes(made)


def bomb() -> bytes:
    """Less than 2 MiB of gzip that hold nearly 2 GB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    first = packer.compress(b" " * 8_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 8_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * 245
