"""Anchors: the ends of all chains, signed, a line each time, in a file on another disk.

    {"anchor":7,"at":"…","heads":{"":[41,"9f…"],"census":[9120,"03…"]},"key":"ab12…",
     "previous":"<SHA-256 of the line before>","signature":"<Ed25519 over the line without it>"}

Lines are numbered and each names the one before, so that none can be taken out or changed. The
database remembers each line's hash, so that the file cannot be cut; the file remembers the chains,
so that the database cannot be.

After a database was restored from a backup, what was anchored since the backup contradicts it for
ever. An operator may acknowledge that, in a line that has three things more: which places are lost,
which lines count for nothing there, and why. Only lines that the restored database does not
remember can be meant: it made all others itself.

    "lost":{"census":[9101,9120]},"void":[6,7],"why":{"by":"…","reason":"…"}
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Sign = Callable[[bytes], bytes]
# Key id, bytes, signature: whether that key made the signature over these bytes.
IsSigned = Callable[[str, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`lost` are first and last place, by chain; `void` the lines that do not count there."""

    lost: Mapping[str, tuple[int, int]]
    void: tuple[int, ...]
    by: str
    reason: str

    def covers(self, number: int, chain: str, seq: int) -> bool:
        first, last = self.lost.get(chain, (1, 0))
        return number in self.void and first <= seq <= last


@dataclass(frozen=True, slots=True)
class Anchor:
    """`heads` are last place and hash, by chain; `previous` the hash of the line before; `signed`
    what the signature is over."""

    number: int
    at: str
    heads: Mapping[str, tuple[int, bytes]]
    previous: str
    key_id: str
    signature: bytes
    signed: bytes
    acknowledged: Acknowledged | None = None


def line_of(
    number: int,
    at: datetime,
    heads: Mapping[str, tuple[int, bytes]],
    previous: bytes,
    key_id: str,
    sign: Sign,
    acknowledged: Acknowledged | None = None,
) -> bytes:
    """Without the line feed. `previous` is the line before, b"" for the first."""
    told: dict[str, Any] = {
        "anchor": number,
        "at": at.isoformat(timespec="microseconds"),
        "heads": {chain: [seq, hash_.hex()] for chain, (seq, hash_) in heads.items()},
        "key": key_id,
        "previous": hashlib.sha256(previous).hexdigest(),
    }
    if acknowledged:
        told["lost"] = {chain: list(places) for chain, places in acknowledged.lost.items()}
        told["void"] = list(acknowledged.void)
        told["why"] = {"by": acknowledged.by, "reason": acknowledged.reason}
    return _spelled(told | {"signature": base64.b64encode(sign(_spelled(told))).decode()})


def _spelled(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def told_by(line: bytes) -> Anchor | None:
    """What a line says, whoever wrote it; None for what is no such line."""
    try:
        told = json.loads(line)
        return Anchor(
            number=int(told["anchor"]),
            at=str(told["at"]),
            heads={chain: (int(seq), bytes.fromhex(end)) for chain, (seq, end) in _items(told)},
            previous=str(told["previous"]),
            key_id=str(told["key"]),
            signature=base64.b64decode(told.pop("signature"), validate=True),
            signed=_spelled(told),
            acknowledged=_acknowledged(told) if "lost" in told else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _acknowledged(told: dict[str, Any]) -> Acknowledged:
    return Acknowledged(
        {chain: (int(first), int(last)) for chain, (first, last) in told["lost"].items()},
        tuple(int(number) for number in told["void"]),
        str(told["why"]["by"]),
        str(told["why"]["reason"]),
    )


def _items(told: dict[str, Any]) -> Iterable[tuple[str, tuple[int, str]]]:
    heads: dict[str, tuple[int, str]] = told["heads"]
    return heads.items()


@dataclass(frozen=True, slots=True)
class Wrong:
    """`number` of the anchor that is not as it must be, and why: edited or missing."""

    number: int
    why: str


def checked(
    lines: Iterable[bytes], on_file: Mapping[int, bytes], is_signed: IsSigned
) -> Iterator[Wrong | Anchor]:
    """Each anchor that stands, and whatever is wrong. `on_file` are the hashes of lines by number,
    as the database remembers them."""
    before, number, seen = b"", 0, set()
    for line in lines:
        anchor = told_by(line)
        number = anchor.number if anchor else number + 1
        seen.add(number)
        if anchor and _stands(anchor, line, before, on_file, is_signed):
            yield anchor
        else:
            yield Wrong(number, "edited")
        before = line
    yield from (Wrong(missing, "missing") for missing in sorted(set(on_file) - seen))


def _stands(
    anchor: Anchor, line: bytes, before: bytes, on_file: Mapping[int, bytes], is_signed: IsSigned
) -> bool:
    told = hashlib.sha256(line).digest()
    return (
        anchor.previous == hashlib.sha256(before).hexdigest()
        and on_file.get(anchor.number, told) == told
        and is_signed(anchor.key_id, anchor.signed, anchor.signature)
    )
