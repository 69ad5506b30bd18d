"""Everybody and everything of one run: tablets, the office, the workers, and what was promised."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.forms import CompiledForm
from survey_server.domain.intake.items import content_of
from survey_server.jobs.quarantine import try_again
from survey_server.services import bodies
from survey_server.services.interviews.reading import contents_in
from survey_server.services.sync.resolving import resolve_units
from survey_server.store import intake
from survey_server.tablet.protocol import Batch, Receipt
from survey_server.tablet.records import Record
from tests.http import drain
from tests.jobs.derived import rebuild_all
from tests.sync_machine.answers import Told
from tests.sync_machine.lines import BadLine, Post
from tests.sync_machine.recount import File, figures_on_file
from tests.sync_machine.staff import Staff
from tests.ways.tablets import HeldTablet, Promises
from tests.world import World


class Ledger(Promises):
    """Also of which content: what is promised is a content under an id."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: set[tuple[uuid.UUID, str]] = set()

    def note(self, batch: Batch, receipt: Receipt) -> None:
        super().note(batch, receipt)
        for one in receipt.results:
            assert one.outcome != "rejected", one.code
            self.kept.add((uuid.UUID(one.instance_id), str(one.sha256)))


@dataclass
class Carried:
    """A tablet with the name that it has for life, whose it is, and a copy of its store."""

    held: HeldTablet
    device_id: str
    who: str
    copy: Path | None = None


@dataclass
class Field:
    client: FlaskClient
    world: World
    form: CompiledForm
    workers: Engine
    folder: Path
    ledger: Ledger = field(default_factory=Ledger)
    post: Post = field(default_factory=Post)
    tablets: list[Carried] = field(default_factory=list)
    sent: dict[tuple[uuid.UUID, str], bytes] = field(default_factory=dict)
    stories: dict[str, Told] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.staff = Staff(self.client, self.world, self.form)
        # Unlike those of other surveys; no order is by what is drawn here.
        self._random = Random(self.world.code)
        self._made = 0
        for device_id, who in (("tablet-lan", "lan"), ("tablet-mai", "mai"), ("tablet-2", "lan")):
            held = self._held(self.folder / f"{uuid.uuid4().hex}.sqlite")
            held.secret = self.world.secrets.get(who) if device_id != "tablet-2" else None
            self.tablets.append(Carried(held, device_id, who))
            if held.secret is None:
                self.enrol(self.tablets[-1], who)

    def _held(self, file: Path, secret: str | None = None) -> HeldTablet:
        return HeldTablet(self.client, self.world, file, secret, self.ledger, Random(7))

    def close(self) -> None:
        for one in self.tablets:
            one.held.switch_off()

    # What tablets do

    def new_id(self, rank: int) -> uuid.UUID:
        """Of two with other ranks, the same one is the lower in every run."""
        self._made += 1
        low = self._random.getrandbits(88)
        return uuid.UUID(int=(rank % 255 + 1) << 120 | self._made << 88 | low)

    def enrol(self, tablet: Carried, who: str) -> None:
        tablet.held.enrol(self.staff.code_for(who), tablet.device_id)
        tablet.who = who

    def will_tell(self, instance: uuid.UUID, content: bytes, told: Told) -> None:
        digest = sha256(content).hexdigest()
        self.sent[instance, digest] = content
        self.stories[digest] = told

    def told_on(self, tablet: Carried, record: Record, told: Told) -> None:
        self.will_tell(uuid.UUID(record.instance_id), record.answers, told)

    def part_of_a_sync(self, tablet: Carried, steps: int, faults: Sequence[str]) -> None:
        session = tablet.held.session(self.line(tablet, faults))
        for _ in range(steps):
            following = session.step()
            if following.do in ("rest", "stop"):
                return
            tablet.held.clock.sleep(following.seconds)

    def line(self, tablet: Carried, faults: Sequence[str] = ()) -> BadLine:
        return BadLine(self.client, tablet.held.secret, self.post, faults)

    def sync(self, tablet: Carried, faults: Sequence[str] = ()) -> None:
        """To its end; a tablet that is refused is enrolled again. Then it knows what somebody
        would who begins today."""
        tablet.held.session(self.line(tablet, faults)).run()
        following = tablet.held.session(self.line(tablet)).run()
        if following.do == "stop":
            assert following.reason in ("token_revoked", "unauthenticated"), following
            self.enrol(tablet, tablet.who)
        for _ in range(2):
            assert tablet.held.session(self.line(tablet)).run().do == "rest"
        assert tablet.held.has_nothing_left()
        self._knows_everything(tablet)

    def _knows_everything(self, tablet: Carried) -> None:
        whole = self.whole_state(tablet)
        store = tablet.held.store
        assert [one.code for one in store.units()] == sorted(whole["units"])
        for one in store.units():
            told = whole["units"][one.code]
            assert (one.ea, one.address, one.head_name, one.listed_persons) == (
                told["ea"], told["address"], told["head_name"], told["listed_persons"],
            )  # fmt: skip
        work = [(one.ea, one.name, one.form_id, one.due) for one in store.assignments()]
        assert work == [
            (one["ea"], one["name"], one["form_id"], one["due"]) for one in whole["assignments"]
        ]
        assert [(one.form_id, one.version) for one in store.forms()] == [
            (one["form_id"], one["version"]) for one in whole["forms"]
        ]
        for name, ids in (("reviews", store.reviews()), ("messages", store.messages())):
            assert [one.id for one in ids] == [one["id"] for one in whole[name]], name
        free = {one["ea"]: one["units"] for one in whole["reserved_numbers"]}
        used = store.units_visited()
        for ea, numbers in free.items():
            assert store.free_numbers(ea) == [one for one in numbers if one not in used]

    def whole_state(self, tablet: Carried) -> dict[str, Any]:
        """As somebody is told who asks for the first time."""
        head = {"Authorization": f"Bearer {tablet.held.secret}"}
        found: dict[str, Any] = {}
        units: dict[str, Any] = {}
        path = "/api/v1/sync/state"
        while True:
            page = self.client.get(path, headers=head).get_json()
            assert page["removed"] == {"eas": [], "units": []}
            units |= {one["code"]: one for one in page["units"]}
            found |= page
            if not page["more"]:
                return found | {"units": units}
            path = f"/api/v1/sync/state?since={page['cursor']}"

    def copy(self, tablet: Carried) -> None:
        tablet.held.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tablet.copy = Path(copyfile(tablet.held.file, self.folder / f"{uuid.uuid4().hex}.copy"))

    def put_back(self, tablet: Carried) -> None:
        """To the copy; what was told since is on the tablet no more. It draws as it drew then."""
        assert tablet.copy
        tablet.held.switch_off()
        file = Path(copyfile(tablet.copy, self.folder / f"{uuid.uuid4().hex}.sqlite"))
        tablet.held = self._held(file, tablet.held.secret)

    # What the server does

    def sweep(self) -> None:
        with Session(self.workers) as session, session.begin():
            resolve_units(session, datetime.now(UTC))
        try_again(self.workers, datetime.now(UTC))

    def settle(self) -> None:
        """Until nothing waits."""
        drain(self.workers)
        self.sweep()
        drain(self.workers)

    # What must be so

    def check_kept(self) -> None:
        """What was promised is on file, or kept as a variant."""
        rows = self.world.sql(
            "SELECT s.instance_id, s.content_sha256, EXISTS (SELECT FROM submission_variants v"
            " WHERE v.instance_id = s.instance_id) AS varies FROM submissions s"
            " WHERE s.survey_id = :survey"
        )
        on_file = {row.instance_id: row for row in rows}
        for instance, digest in self.ledger.kept:
            row = on_file[instance]
            assert row.varies or bytes(row.content_sha256).hex() == digest

    def check_contents(self) -> None:
        """What was promised is there, byte for byte, once, and nothing that was not sent."""
        rows = self.world.sql(
            "SELECT instance_id, batch, position FROM submissions WHERE survey_id = :survey"
            " UNION ALL SELECT v.instance_id, v.batch, v.position FROM submission_variants v"
            " JOIN submissions s USING (instance_id) WHERE s.survey_id = :survey"
        )
        with Session(self.workers) as session:
            sealed = intake.bodies_of(session, [row.batch for row in rows])
            opened = bodies.open_all(session, self.world.id, sealed)
        texts: dict[int, list[bytes]] = {}
        for batch, body in opened.items():
            assert isinstance(body, bytes)
            texts[batch] = contents_in(body, sealed[batch].body_format)
        found = Counter[tuple[uuid.UUID, str]]()
        for row in rows:
            content = content_of(texts[row.batch][row.position])
            digest = sha256(content).hexdigest()
            assert self.sent[row.instance_id, digest] == content
            found[row.instance_id, digest] += 1
        assert self.ledger.kept <= found.keys()
        assert set(found.values()) <= {1}

    def check_derived(self) -> None:
        """After everything was worked through."""
        assert self.world.sql(
            "SELECT p.batch FROM pending_batches p JOIN batches b ON b.id = p.batch"
            " JOIN devices d ON d.id = b.device_id WHERE d.survey_id = :survey"
        ) == []  # fmt: skip
        states = {row.state for row in self.world.sql(
            "SELECT DISTINCT state FROM submissions WHERE survey_id = :survey"
        )}  # fmt: skip
        assert "received" not in states
        recount = File(self.world, self.stories).recount()
        rows = self.world.sql("SELECT * FROM interviews WHERE survey_id = :survey")
        assert {(one.interview_id, one.ea_id): one.current for one in rows} == recount.current
        assert {(one.interview_id, one.ea_id) for one in rows if one.counts} == recount.counting
        expected = {ea: +figures for ea, figures in recount.by_ea.items()}
        for table in ("ea_coverage", "ea_days"):
            assert figures_on_file(self.world, table) == expected, table
        self._check_counts()

    def _check_counts(self) -> None:
        """What EAs expect, and what enrolments have brought."""
        wrong = self.world.sql(
            "SELECT c.ea_id, c.expected FROM ea_coverage c WHERE c.survey_id = :survey"
            " AND c.expected <> (SELECT count(*) FROM units u"
            "  WHERE u.ea_id = c.ea_id AND u.expected)"
        )
        assert wrong == []
        brought = self.world.sql(
            "SELECT d.id, d.received, count(s.instance_id) AS there FROM devices d"
            " LEFT JOIN submissions s ON s.device_id = d.id WHERE d.survey_id = :survey"
            " GROUP BY d.id HAVING d.received <> count(s.instance_id)"
        )
        assert brought == []

    def check_rebuild(self) -> None:
        assert rebuild_all(self.world) == []
