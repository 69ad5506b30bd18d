"""Households as ODK Collect knows them: entities of a list, each with an id, a label and a version.

An entity's id must be a UUID that never changes, and a unit is known by its code within its survey.
So the id is made of both:

    bytes 0–7    the beginning of SHA-256("<survey>/<unit>")
    bytes 8–15   the beginning of SHA-256("<survey>/" + bytes 0–7)

with the marks of a version 4 in their places. The second half says that the first is one of this
survey's, also where the unit is no longer on anybody's list.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

# The file that a form reads the list from, which comes with the server and not with the form.
HOUSEHOLDS = "units.csv"
# What the list says in the place of a name that nobody knows yet.
NEW = "Hộ mới phát hiện"
COLUMNS = (
    "name", "label", "__version", "unit_code", "ea", "address", "head_name", "listed_persons",
    "form_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Household:
    """A unit of somebody's list. `version` counts its changes; `new`: a number for a household
    that is found in the field."""

    code: str
    ea: str
    address: str | None
    head_name: str | None
    listed_persons: int | None
    form_id: str | None
    version: int
    new: bool = False


def entity_id(survey: str, unit: str) -> UUID:
    """Both by their codes."""
    first = bytearray(sha256(f"{survey}/{unit}".encode()).digest()[:8])
    first[6] = first[6] & 0x0F | 0x40
    return _completed(survey, bytes(first))


def is_entity_of(survey: str, one: UUID) -> bool:
    return one == _completed(survey, one.bytes[:8])


def _completed(survey: str, first: bytes) -> UUID:
    second = sha256(f"{survey}/".encode() + first).digest()[:8]
    return UUID(bytes=first + second, version=4)


def csv_of(survey: str, households: Iterable[Household]) -> bytes:
    """The list as Collect reads it. It is no spreadsheet: cells are as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in households:
        writer.writerow(
            (
                entity_id(survey, one.code), label_of(one), one.version, one.code, one.ea,
                one.address, one.head_name, one.listed_persons, one.form_id,
            )
        )  # fmt: skip
    return text.getvalue().encode()


def label_of(one: Household) -> str:
    """Whom to ask for, where, and what tells two of the same name apart."""
    name = NEW if one.new else one.head_name
    return " · ".join(part for part in (name, one.address, one.code) if part)
