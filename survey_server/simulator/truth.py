"""The ledger of a simulation: what was made, what was planted, what the server promised.

One JSON object a line, so that a run that is cut off leaves a readable ledger:

    {"what": "record", "instance_id", "interview_id", "device", "unit", "form_id", "revision",
     "replaces", "sha256", "result", "mistake": [rule, path] or null}
    {"what": "duplicate", "units": [a, b], "interviews": [a, b], "recognisable"}
    {"what": "double", "unit", "interviews": [a, b]}
    {"what": "acknowledged", "instance_id", "outcome", "code", "batch_id", "device"}

A duplicate is one household told under two units, `recognisable` how many of its persons have a
known year of birth; a double is one unit interviewed twice. A checker
compares it with the server: nothing lost, nothing twice, nothing that nobody made, and how many of
the planted pairs were found.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from survey_server.simulator.making import Made
from survey_server.tablet.protocol import Batch, Receipt

Pair = frozenset[str]


class Ledger:
    """Tablets write into it from their threads."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file
        self._lock = threading.Lock()

    def made(self, batch: Iterable[Made]) -> None:
        self._write([_record_line(one) for one in batch])

    def planted(self, originals: Sequence[Made]) -> None:
        """`originals` are the first records of all visits."""
        first = {one.visit.place.unit: one for one in originals if not one.visit.second}
        self._write(_pair_lines(originals, first))

    def acknowledged(self, device: str, batch: Batch, receipt: Receipt) -> None:
        self._write(
            [
                {
                    "what": "acknowledged",
                    "instance_id": result.instance_id,
                    "outcome": result.outcome,
                    "code": result.code,
                    "batch_id": batch.batch_id,
                    "device": device,
                }
                for result in receipt.results
                if result.outcome != "rejected"
            ]
        )

    def _write(self, lines: Sequence[dict[str, object]]) -> None:
        if self._file is None:
            return
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        with self._lock:
            self._file.write(text)
            self._file.flush()


def _record_line(one: Made) -> dict[str, object]:
    record = one.record
    return {
        "what": "record",
        "instance_id": record.instance_id,
        "interview_id": record.interview_id,
        "device": one.visit.place.device,
        "unit": record.unit,
        "form_id": record.form_id,
        "revision": record.revision,
        "replaces": record.replaces,
        "sha256": record.sha256,
        "result": one.result,
        "mistake": one.mistake,
    }


def _pair_lines(originals: Sequence[Made], first: dict[str, Made]) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for one in originals:
        partner = first.get(one.visit.home.unit)
        if partner is None or partner is one:
            continue
        interviews = [partner.record.interview_id, one.record.interview_id]
        if one.visit.duplicate:
            units = [one.visit.home.unit, one.visit.place.unit]
            recognisable = min(one.recognisable, partner.recognisable)
            lines.append(
                {
                    "what": "duplicate",
                    "units": units,
                    "interviews": interviews,
                    "recognisable": recognisable,
                }
            )
        elif one.visit.second:
            lines.append({"what": "double", "unit": one.visit.place.unit, "interviews": interviews})
    return lines


@dataclass(slots=True)
class Truth:
    """A ledger, read back."""

    sha256: dict[str, str] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    duplicates: dict[Pair, int] = field(default_factory=dict)
    """Pairs of interviews that tell one household, and its persons of known year of birth."""
    doubles: dict[str, Pair] = field(default_factory=dict)
    mistakes: dict[str, tuple[str, str]] = field(default_factory=dict)


def read_truth(path: Path) -> Truth:
    truth = Truth()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            _take_in(truth, json.loads(line))
    return truth


def _take_in(truth: Truth, line: dict[str, object]) -> None:
    what, instance_id = line["what"], str(line.get("instance_id"))
    if what == "record":
        truth.sha256[instance_id] = str(line["sha256"])
        if line["mistake"]:
            rule, path = map(str, _list(line["mistake"]))
            truth.mistakes[instance_id] = rule, path
    elif what == "acknowledged":
        truth.acknowledged.add(instance_id)
    elif what == "duplicate":
        pair = frozenset(map(str, _list(line["interviews"])))
        truth.duplicates[pair] = int(str(line["recognisable"]))
    elif what == "double":
        truth.doubles[str(line["unit"])] = frozenset(map(str, _list(line["interviews"])))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Violations:
    """All empty, or something is wrong; what never arrived may still wait on a tablet."""

    acknowledged_lost: tuple[str, ...]
    never_arrived: tuple[str, ...]
    stored_twice: tuple[str, ...]
    phantom: tuple[str, ...]
    content_differs: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(
            (
                self.acknowledged_lost,
                self.never_arrived,
                self.stored_twice,
                self.phantom,
                self.content_differs,
            )
        )


def violations(truth: Truth, stored: Iterable[tuple[str, str]]) -> Violations:
    """`stored`: the id and the digest of the content of every submission the server holds."""
    rows = list(stored)
    times = Counter(instance_id for instance_id, _ in rows)
    return Violations(
        acknowledged_lost=tuple(sorted(truth.acknowledged - times.keys())),
        never_arrived=tuple(sorted(truth.sha256.keys() - times.keys() - truth.acknowledged)),
        stored_twice=tuple(sorted(one for one, count in times.items() if count > 1)),
        phantom=tuple(sorted(times.keys() - truth.sha256.keys())),
        content_differs=tuple(
            sorted(one for one, sha256 in rows if truth.sha256.get(one, sha256) != sha256)
        ),
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """How well planted pairs were found; a share of nothing counts as 1."""

    planted: int
    found: int
    hit: int

    @property
    def precision(self) -> float:
        return self.hit / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hit / self.planted if self.planted else 1.0


def pairs_found(truth: Truth, found: Iterable[Pair], at_least: int = 1) -> Findings:
    """Of the planted duplicates with at least so many recognisable persons."""
    planted = {pair for pair, count in truth.duplicates.items() if count >= at_least}
    judged = set(found) - (truth.duplicates.keys() - planted)
    return Findings(planted=len(planted), found=len(judged), hit=len(planted & judged))
