"""Rescued submissions as batches: each looked at alone first, so that none holds up the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import Batch, batch_of
from survey_server.domain.rescue.sorting import Piece, Unread
from survey_server.problems import Problem

AT_ONCE = 100
BYTES_AT_ONCE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch with its body; `names` say where each submission was found."""

    names: tuple[str, ...]
    batch: Batch
    body: bytes


def parcels_of(pieces: Sequence[Piece], bounds: Bounds) -> Iterator[Parcel | Unread]:
    """In the order of the pieces, but for those that break a bound, which come first."""
    fit = []
    for piece in pieces:
        try:
            batch_of(_body((piece,)), bounds)
        except Problem as problem:
            yield Unread(piece.name, problem.code())
        else:
            fit.append(piece)
    for group in _groups(fit, min(AT_ONCE, bounds.submissions)):
        body = _body(group)
        yield Parcel(tuple(one.name for one in group), batch_of(body, bounds), body)


def _groups(pieces: Sequence[Piece], most: int) -> Iterator[Sequence[Piece]]:
    group: list[Piece] = []
    size = 0
    for piece in pieces:
        if group and (len(group) == most or size + len(piece.content) > BYTES_AT_ONCE):
            yield group
            group, size = [], 0
        group.append(piece)
        size += len(piece.content)
    if group:
        yield group


def _body(pieces: Sequence[Piece]) -> bytes:
    return b'{"submissions":[' + b",".join(one.content for one in pieces) + b"]}"
