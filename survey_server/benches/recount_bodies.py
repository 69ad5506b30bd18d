"""Coverage counted from the bytes that tablets sent, by code that shares nothing with the server.

It knows the wire format, the census form's question names and the rules of counting from their
description, reads the form's sheet for what is required, and beside the standard library uses only
the cipher: a mistake in the server's reading cannot hide in here.
"""

import csv
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

RESULTS = {
    "1": "interviewed",
    "2": "moved",
    "3": "absent",
    "4": "refused",
    "5": "all_died",
    "6": "not_a_dwelling",
}
Figures = dict[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """A submission as its bytes tell it. `sha256` is recomputed over the bytes of the answers."""

    instance_id: str
    interview_id: str
    unit: str
    revision: int
    replaces: str | None
    sha256: str
    result: str
    complete: bool
    persons: int

    @property
    def ea(self) -> str:
        return self.unit.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Demands:
    """Questions that must always be answered: paths in the household, names in each person."""

    household: tuple[tuple[str, ...], ...]
    person: tuple[str, ...]


def demands_of(sheet: Path) -> Demands:
    """What is required without a condition on the question or on anything around it."""
    household: list[tuple[str, ...]] = []
    person: list[str] = []
    around: list[tuple[str, str]] = []
    with sheet.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kind, name = row["type"], row["name"]
            if kind.startswith("begin"):
                around.append((name, row["relevant"]))
            elif kind.startswith("end_"):
                around.pop()
            elif row["required"] == "yes" and not any([row["relevant"], *(c for _, c in around)]):
                path = (*(group for group, _ in around), name)
                if path[0] == "person":
                    person.append(name)
                else:
                    household.append(path)
    return Demands(tuple(household), tuple(person))


def opened(keys: Path, survey: str, thing: int | str, key_id: str, stored: bytes) -> bytes:
    """The packed body of a batch, or a file; `thing` is its number, or id. `keys` is the folder of
    key files; 1 byte, 12 of nonce, then the rest."""
    key = (keys / survey / f"{key_id}.key").read_bytes()
    return AESGCM(key).decrypt(stored[1:13], stored[13:], f"{survey}\0{thing}".encode())


def submissions_in(packed: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each submission of a body with the exact bytes of its answers."""
    text = gzip.decompress(packed).decode()
    decoder = json.JSONDecoder()
    opening = '"submissions":['
    place = text.index(opening) + len(opening)
    while text[place] != "]":
        submission, end = decoder.raw_decode(text, place)
        start = text.index('"answers":', place) + len('"answers":')
        _, stop = decoder.raw_decode(text, start)
        yield submission, text[start:stop].encode()
        place = end + (text[end] == ",")


def told_by(submission: Mapping[str, Any], answers: bytes, demands: Demands) -> Told:
    tree = submission["answers"]
    persons = tree.get("person", [])
    result = RESULTS[tree["identification"]["visit_result"]]
    answered = all(_has(tree, path) for path in demands.household) and all(
        name in person for person in persons for name in demands.person
    )
    whole = bool(persons) and int(tree["household_size"]) == len(persons)
    return Told(
        instance_id=submission["instance_id"],
        interview_id=submission["interview_id"],
        unit=submission["unit"],
        revision=submission["revision"],
        replaces=submission["replaces"],
        sha256=hashlib.sha256(answers).hexdigest(),
        result=result,
        complete=result == "interviewed" and answered and whole,
        persons=len(persons),
    )


def _has(tree: Any, path: Sequence[str]) -> bool:
    for name in path:
        if not isinstance(tree, dict) or name not in tree:
            return False
        tree = tree[name]
    return True


def current_of(submissions: Iterable[Told]) -> list[Told]:
    """One for each interview: the highest revision, where an edit is above what it replaces."""
    chains: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in submissions:
        chains[one.interview_id, one.ea].append(one)
    return [_newest(chain) for chain in chains.values()]


def _newest(chain: Sequence[Told]) -> Told:
    by_id = {one.instance_id: one for one in chain}

    def height(one: Told) -> int:
        before = by_id.get(one.replaces or "")
        return one.revision if before is None else max(one.revision, 1 + height(before))

    return max(chain, key=lambda one: (height(one), one.instance_id))


def counting_of(interviews: Iterable[Told]) -> list[Told]:
    """One for each unit: a complete one, else the lowest id. All are by the assigned enumerator."""
    of_unit: dict[str, list[Told]] = defaultdict(list)
    for one in interviews:
        of_unit[one.unit].append(one)
    return [
        min(told, key=lambda one: (not one.complete, one.interview_id)) for told in of_unit.values()
    ]


def coverage_of(interviews: Sequence[Told], counting: Sequence[Told]) -> dict[str, Figures]:
    """Figures by EA; those that are zero are left out."""
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    for one in interviews:
        figures[one.ea]["received"] += 1
    for one in counting:
        told = figures[one.ea]
        if one.result == "interviewed":
            told["complete" if one.complete else "partial"] += 1
            told["persons"] += one.persons
        else:
            told[one.result] += 1
    for ea, count in Counter(one.ea for one in counting).items():
        figures[ea]["duplicates"] = figures[ea]["received"] - count
    return {ea: {name: n for name, n in told.items() if n} for ea, told in figures.items()}
