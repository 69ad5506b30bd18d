"""A history, read back: what was made, what was promised, and what no server should have said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
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
# A revoked tablet is refused no later.
REVOKED_WITHIN_SECONDS = 1.0
UNAUTHENTICATED = 401


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
    """`promised` are the contents that somebody was told are kept, with who was told, and
    `sums_promised` files whatever they belong to. `known_as` are the ids of devices that a writer
    has been enrolled under. The lists are sentences for whoever looks into it."""

    made: dict[Content, Claims] = field(default_factory=dict)
    makers: dict[Content, set[str]] = field(default_factory=lambda: defaultdict(set))
    promised: dict[Content, set[str]] = field(default_factory=lambda: defaultdict(set))
    files_made: set[Named] = field(default_factory=set)
    files_promised: set[Named] = field(default_factory=set)
    sums_promised: set[str] = field(default_factory=set)
    known_as: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    versions: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    told_otherwise: list[str] = field(default_factory=list)
    taken_as_new: list[str] = field(default_factory=list)
    bad_answers: list[str] = field(default_factory=list)
    went_back: list[str] = field(default_factory=list)
    served_revoked: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    errands: Counter[str] = field(default_factory=Counter)
    _promised_in: dict[Content, str | None] = field(default_factory=dict)
    _receipts: dict[tuple[str, str], Any] = field(default_factory=dict)
    _highest: dict[str, int] = field(default_factory=dict)
    _joining: set[str] = field(default_factory=set)
    _revoked_since: dict[str, float] = field(default_factory=dict)
    _revoking: set[str] = field(default_factory=set)
    _ever_revoked: set[str] = field(default_factory=set)
    _asked_at: dict[str, float] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        return {instance_id for instance_id, _ in self.made}

    def take_in(self, event: Event) -> None:
        self.figures[f"{event.f} {event.type}"] += 1
        take = _TAKEN.get(event.f)
        if take:
            take(self, event)

    def _take_made(self, event: Event) -> None:
        claims = msgspec.convert(event.res, Claims)
        content = event.ids[0], claims.sha256
        self.made[content] = claims
        self.makers[content].add(event.p)
        self.files_made |= _files(event)
        self.versions.add(claims.version)
        if claims.joins:
            self._joining.add(claims.ea)

    def _take_upload(self, event: Event) -> None:
        if event.type == "invoke":
            self._asked_at[event.p] = event.t
        elif event.type == "fail":
            self._take_refusal(event)
        elif event.type == "ok":
            self._take_promise(event)

    def _take_refusal(self, event: Event) -> None:
        status = event.res[0] if isinstance(event.res, list) else event.res
        if status != UNAUTHENTICATED or event.p not in self._ever_revoked:
            self.refused.append(f"{event.p} {event.batch} {event.res}")

    def _take_promise(self, event: Event) -> None:
        since = self._revoked_since.get(event.p)
        if since is not None and self._asked_at.get(event.p, 0.0) > since + REVOKED_WITHIN_SECONDS:
            self.served_revoked.append(f"{event.t} {event.p}: revoked at {since}, and served")
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

    def _take_revocation(self, event: Event) -> None:
        self._ever_revoked.add(event.p)
        if event.type == "invoke":
            self._revoking.add(event.p)
        # Who is enrolled again already was so before the office had its answer.
        elif event.type == "ok" and event.p in self._revoking:
            self._revoked_since[event.p] = event.t

    def _take_enrolment(self, event: Event) -> None:
        self._revoking.discard(event.p)
        self._revoked_since.pop(event.p, None)
        self.known_as[event.p].add(str(event.res))

    def _take_coverage(self, event: Event) -> None:
        if event.type != "ok":
            return
        for ea, received in event.res.items():
            # What came before what it replaces was an interview of its own until then.
            if ea not in self._joining and received < self._highest.get(ea, 0):
                self.went_back.append(f"{event.t} {ea}: {self._highest[ea]}, then {received}")
            self._highest[ea] = max(received, self._highest.get(ea, 0))


Take: TypeAlias = Callable[[Account, Event], None]
_TAKEN: dict[str, Take] = {
    "make": Account._take_made,
    "upload": Account._take_upload,
    "resend": Account._take_upload,
    "photo": lambda account, event: account.sums_promised.add(str(event.res)),
    "revoke": Account._take_revocation,
    "enrol": Account._take_enrolment,
    "answer": lambda account, event: account.bad_answers.append(f"{event.t} {event.res}"),
    "errand": lambda account, event: account.errands.update([f"{event.res[0]} {event.type}"]),
    "coverage": Account._take_coverage,
    "kill": lambda account, event: account.kills.update([str(event.res)]),
}


def _files(event: Event) -> set[Named]:
    return {(event.ids[0], name, sha256) for name, sha256 in event.files.items()}


def account_of(events: Iterable[Event]) -> Account:
    account = Account()
    for event in events:
        account.take_in(event)
    return account
