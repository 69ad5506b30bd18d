"""A history, read back: what was made, what was promised, and what no server should have said."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from survey_server.faults.history import Event

# What a server says of a submission that it did not have.
NEW = ("stored", "superseded")
# A submission's id, and the SHA-256 of its content: two writers may use one id.
Content: TypeAlias = tuple[str, str]
# A submission's id, the name of a file of it, and the SHA-256 of that.
Named: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a submission says of itself."""

    sha256: str
    interview_id: str
    revision: int
    replaces: str | None
    unit: str
    version: str = ""

    @property
    def ea(self) -> str:
        return self.unit.rpartition("-")[0]

    @property
    def joins(self) -> bool:
        """It is an edit of whatever it replaces, and knows no interview (OpenRosa)."""
        return self.interview_id == self.replaces


@dataclass(slots=True)
class Account:
    """`promised` are the contents that somebody was told are kept, with who was told; the lists
    are sentences for whoever looks into it."""

    made: dict[Content, Claims] = field(default_factory=dict)
    makers: dict[Content, set[str]] = field(default_factory=lambda: defaultdict(set))
    promised: dict[Content, set[str]] = field(default_factory=lambda: defaultdict(set))
    files_made: set[Named] = field(default_factory=set)
    files_promised: set[Named] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    told_otherwise: list[str] = field(default_factory=list)
    taken_as_new: list[str] = field(default_factory=list)
    bad_answers: list[str] = field(default_factory=list)
    went_back: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    _promised_in: dict[Content, str | None] = field(default_factory=dict)
    _receipts: dict[tuple[str, str], Any] = field(default_factory=dict)
    _highest: dict[str, int] = field(default_factory=dict)
    _joining: set[str] = field(default_factory=set)

    @property
    def ids(self) -> set[str]:
        return {instance_id for instance_id, _ in self.made}

    def take_in(self, event: Event) -> None:
        self.figures[f"{event.f} {event.type}"] += 1
        if event.f == "make":
            self._take_made(event)
        elif event.f in ("upload", "resend"):
            self._take_upload(event)
        elif event.f == "answer":
            self.bad_answers.append(f"{event.t} {event.res}")
        elif event.f == "coverage" and event.type == "ok":
            self._take_coverage(event)
        elif event.f == "kill":
            self.kills[str(event.res)] += 1

    def _take_made(self, event: Event) -> None:
        claims = msgspec.convert(event.res, Claims)
        content = event.ids[0], claims.sha256
        self.made[content] = claims
        self.makers[content].add(event.p)
        self.files_made |= _files(event)
        if claims.joins:
            self._joining.add(claims.ea)

    def _take_upload(self, event: Event) -> None:
        if event.type == "fail":
            self.refused.append(f"{event.p} {event.batch} {event.res}")
        if event.type != "ok":
            return
        before = self._receipts.setdefault((event.p, str(event.batch)), event.res)
        for then, now in zip(before, event.res, strict=True):
            if now not in (then, ["duplicate", then[1]]):
                self.told_otherwise.append(f"{event.p} {event.batch}: {then}, then {now}")
        for instance_id, (outcome, sha256) in zip(event.ids, event.res, strict=True):
            self.figures[outcome] += 1
            batch = self._promised_in.setdefault((instance_id, sha256), event.batch)
            if outcome in NEW and batch != event.batch:
                self.taken_as_new.append(f"{event.p} {instance_id}: in {batch}, then {event.batch}")
            if outcome == "rejected":
                self.refused.append(f"{event.p} {event.batch} {instance_id} rejected")
            else:
                self.promised[instance_id, sha256].add(event.p)
        self.files_promised |= _files(event)

    def _take_coverage(self, event: Event) -> None:
        for ea, received in event.res.items():
            # What came before what it replaces was an interview of its own until then.
            if ea not in self._joining and received < self._highest.get(ea, 0):
                self.went_back.append(f"{event.t} {ea}: {self._highest[ea]}, then {received}")
            self._highest[ea] = max(received, self._highest.get(ea, 0))


def _files(event: Event) -> set[Named]:
    return {(event.ids[0], name, sha256) for name, sha256 in event.files.items()}


def account_of(events: Iterable[Event]) -> Account:
    account = Account()
    for event in events:
        account.take_in(event)
    return account
