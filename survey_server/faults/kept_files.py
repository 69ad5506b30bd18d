"""The files of interviews that the server has in the end: by SQL, on the disk, by API."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, text

from survey_server.benches.recount_bodies import opened
from survey_server.faults.account import Named
from survey_server.faults.asking import OnLine, Refused
from survey_server.faults.country import SURVEY

# Each costs two requests or more, and each look is on the trail.
INTERVIEWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """`named` by submission, `sums` whatever they belong to: of files that are there and open.
    `differing` are sentences about those that are not what they are called; `unshown` about those
    that the API does not show to a supervisor, or shows otherwise."""

    named: set[Named] = field(default_factory=set)
    sums: set[str] = field(default_factory=set)
    differing: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where sealed files lie, and their keys."""

    files: Path
    keys: Path

    def sum_of(self, survey: int, name: UUID, key_id: str) -> str:
        """Of what opens; empty where nothing does."""
        try:
            sealed = (self.files / str(survey) / name.hex[:2] / str(name)).read_bytes()
            return sha256(opened(self.keys, SURVEY, str(name), key_id, sealed)).hexdigest()
        except (OSError, InvalidTag):
            return ""


def read_files(connection: Connection, shelf: Shelf, line: OnLine) -> KeptFiles:
    found = KeptFiles()
    for row in connection.execute(text("SELECT id, survey_id, sha256, key_id FROM attachments")):
        told, there = bytes(row.sha256).hex(), shelf.sum_of(row.survey_id, row.id, row.key_id)
        if there == told:
            found.sums.add(told)
        elif there:
            found.differing.append(f"{told} is kept as {there}")
    for row in connection.execute(text(_NAMED)):
        if (one := bytes(row.sha256).hex()) in found.sums:
            found.named.add((str(row.instance_id), row.name, one))
    found.unshown.extend(_unshown(connection, line, found.named))
    return found


_NAMED = "SELECT instance_id, name, sha256 FROM submission_attachments WHERE sha256 IS NOT NULL"
_SHOWN = (
    "SELECT DISTINCT s.interview_id FROM submission_attachments n"
    " JOIN submissions s USING (instance_id) JOIN interviews i USING (interview_id)"
    " ORDER BY s.interview_id"
)


def _unshown(connection: Connection, line: OnLine, named: set[Named]) -> Iterator[str]:
    """What a supervisor is shown of some interviews."""
    of_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    for instance_id, name, told in named:
        of_name[instance_id, name].add(told)
    interviews = [str(one) for one in connection.scalars(text(_SHOWN))]
    for interview in Random(len(interviews)).sample(
        interviews, min(INTERVIEWS_SHOWN, len(interviews))
    ):
        for place, sums in _shown(line, interview).items():
            if sums != of_name.get(place, set()):
                yield f"{place} is shown as {sorted(sums)}"


def _shown(line: OnLine, interview: str) -> dict[tuple[str, str], set[str]]:
    """The SHA-256 of what can be fetched, by submission and name."""
    address = f"/api/v1/interviews/{interview}/attachments"
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in line.told(address)["attachments"]:
        place = one["instance_id"], one["name"]
        found[place] |= set()
        if one["state"] == "there":
            try:
                found[place].add(sha256(line.content(f"{address}/{one['id']}")).hexdigest())
            except Refused as refusal:
                found[place].add(str(refusal))
    return found
