"""Things that routes are asked for, made as the owner of the tables, in any area."""

import gzip
import hashlib
import secrets
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.services import attachments, bodies
from survey_server.services.releases import archive_of
from tests.world import EAS, LONG, World, body_of

_MEMBER = (
    "WITH p AS (INSERT INTO people (username, name, created_at) VALUES (:name, 'Vàng A Sình',"
    " now()) RETURNING id), m AS (INSERT INTO memberships (person_id, survey_id, area_id, role)"
    " SELECT p.id, :survey, a.id, 'enumerator' FROM p, areas a"
    " WHERE a.survey_id = :survey AND a.code = :area RETURNING id),"
    " d AS (INSERT INTO devices (survey_id, device_id, person_id, secret_sha256, enrolled_at)"
    " SELECT :survey, :name, p.id, sha256(CAST(:name AS bytea)), now() FROM p RETURNING id)"
    " SELECT p.id AS person, m.id AS role, d.id AS device FROM p, m, d"
)
_RELEASE = (
    "INSERT INTO releases (id, survey_id, area_id, person_id, state, asked_at)"
    " SELECT :id, :survey, a.id, :person, 'ready', now() FROM areas a"
    " WHERE a.survey_id = :survey AND a.code = :area RETURNING id"
)
_SUBMISSION = (
    "WITH b AS (INSERT INTO batches (device_id, batch_id, request_sha256, outcomes, received_at)"
    " VALUES (:device, :id, '', '{}', now()) RETURNING id)"
    " INSERT INTO submissions (instance_id, batch, position, digest, survey_id, device_id,"
    " person_id, interview_id, revision, ea_id, state, received_at) SELECT :id, b.id, 0, '',"
    " :survey, :device, :person, :interview, 1, a.id, 'derived', now() FROM b, areas a"
    " WHERE a.survey_id = :survey AND a.code = :area RETURNING instance_id"
)
_BATCH = (
    "INSERT INTO batches (device_id, batch_id, request_sha256, outcomes, received_at)"
    " VALUES (:device, :id, '', '{}', now()) RETURNING id"
)
_SENT = (
    "INSERT INTO submissions (instance_id, batch, position, digest, survey_id, device_id,"
    " person_id, form_version_id, interview_id, revision, ea_id, state, received_at)"
    " SELECT :id, :batch, 0, '', :survey, :device, :person, :version, :interview, 1, a.id, :state,"
    " now() FROM areas a WHERE a.survey_id = :survey AND a.code = :area RETURNING position"
)
_VARIANT = (
    "INSERT INTO submission_variants (instance_id, digest, batch, position, received_at)"
    " SELECT instance_id, sha256('another'), :batch, 0, now() FROM submissions"
    " WHERE instance_id = :id RETURNING position"
)
_RESCUED = (
    "INSERT INTO rescue_imports (survey_id, device_id, person_id, at, reason, files, lines)"
    " VALUES (:survey, :device, :person, now(), 'x', 0, '[]') RETURNING id"
)
_PAIR = (
    "INSERT INTO matches (kind, a, a_ea, b, b_ea, survey_id, evidence, found_at)"
    " SELECT 'same_unit', :a, a.id, :b, a.id, :survey, '{}', now() FROM areas a"
    " WHERE a.survey_id = :survey AND a.code = :area RETURNING a_ea"
)
_FORM = (
    "INSERT INTO forms (survey_id, form_id, title, state)"
    ' VALUES (:survey, :form, \'{"vi": "x", "en": "x"}\', :state) RETURNING id'
)
# Of the content of the survey's own form, under another name.
_VERSION = (
    "WITH f AS (INSERT INTO forms (survey_id, form_id, title, state) SELECT survey_id, :form,"
    " title, 'open' FROM forms WHERE survey_id = :survey AND form_id = :like RETURNING id),"
    " old AS (SELECT v.* FROM form_versions v JOIN forms o ON o.id = v.form"
    "  WHERE o.survey_id = :survey AND o.form_id = :like AND v.version = :version),"
    " new AS (INSERT INTO form_versions (form, version, state, xform, description, checks,"
    "  published_at) SELECT f.id, :version, :state, old.xform, old.description, old.checks,"
    "  now() FROM f, old RETURNING id)"
    " INSERT INTO form_media (form_version_id, name, content) SELECT new.id, m.name, m.content"
    " FROM new, old, form_media m WHERE m.form_version_id = old.id RETURNING name"
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the field, with their role and a tablet."""

    person: int
    role: int
    device: int


@dataclass(frozen=True, slots=True)
class File:
    """A photo of an interview."""

    interview: str
    id: str
    sha256: str


_INTERVIEW = (
    "INSERT INTO interviews (interview_id, ea_id, survey_id, current, revision, form_version_id,"
    " scope_id, person_id, device_id, assigned, complete, describes_dwelling, counts, persons,"
    " errors, warnings, first_received_at, received_at)"
    " SELECT interview_id, ea_id, survey_id, instance_id, revision,"
    " (SELECT min(id) FROM form_versions), 0, person_id, device_id, true, true, true, true, 0, 0,"
    " 0, received_at, received_at FROM submissions"
    " WHERE survey_id = :survey AND interview_id = :interview RETURNING ea_id"
)


@dataclass
class Stock:
    """Things that were made, to be asked for again and again until one of them is changed."""

    app: APIFlask
    kept: dict[tuple[object, ...], object] = field(default_factory=dict)
    versions: dict[tuple[object, ...], tuple[str, str]] = field(default_factory=dict)

    def forget(self) -> None:
        """What was changed is not asked for again."""
        self.kept.clear()

    def member(self, world: World, area: str, which: str = "member") -> Member:
        key = (which, world.code, area)
        if key not in self.kept:
            name = f"m.{secrets.token_hex(6)}@{world.code}"
            self.kept[key] = Member(*_made(world, _MEMBER, name=name, area=area)[0])
        found = self.kept[key]
        assert isinstance(found, Member)
        return found

    def release(self, world: World, area: str, person: int) -> str:
        """Ready, and with a file."""
        key = ("release", world.code, area, person)
        if key not in self.kept:
            release = uuid.uuid4()
            _made(world, _RELEASE, id=release, area=area, person=person)
            archive = archive_of(self.app.extensions["settings"].data_folder, release)
            archive.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(archive, "w") as files:
                files.writestr("household.csv", "interview_id\n")
            self.kept[key] = str(release)
        return str(self.kept[key])

    def file(self, world: World, area: str) -> File:
        key = ("file", world.code, area)
        if key not in self.kept:
            whose, told, interview = self.member(world, area), uuid.uuid4(), uuid.uuid4()
            _made(
                world, _SUBMISSION, id=told, interview=interview, area=area,
                device=whose.device, person=whose.person,
            )  # fmt: skip
            with Session(world.engine) as session, session.begin():
                photo = b"\xff\xd8\xff" + secrets.token_bytes(20)
                attachments.keep(session, world.id, told, "nha.jpg", photo, datetime.now(UTC))
            find = "SELECT id FROM submission_attachments WHERE instance_id = :id"
            sha256 = hashlib.sha256(photo).hexdigest()
            self.kept[key] = File(str(interview), str(_made(world, find, id=told)[0][0]), sha256)
        found = self.kept[key]
        assert isinstance(found, File)
        return found

    def interview(self, world: World, area: str) -> str:
        """Told by the submission of `file`."""
        key = ("interview", world.code, area)
        if key not in self.kept:
            self.kept[key] = told = self.file(world, area).interview
            _made(world, _INTERVIEW, interview=told)
        return str(self.kept[key])

    def pair(self, world: World, area: str) -> tuple[str, str]:
        """Two interviews that may be about one household, in their order."""
        key = ("pair", world.code, area)
        if key not in self.kept:
            told = sorted(str(self._sent(world, area, "derived")["interview_id"]) for _ in "ab")
            for one in told:
                _made(world, _INTERVIEW, interview=one)
            _made(world, _PAIR, a=told[0], b=told[1], area=area)
            self.kept[key] = (told[0], told[1])
        found = self.kept[key]
        assert isinstance(found, tuple)
        return found

    def quarantined(self, world: World, area: str) -> str:
        key = ("quarantined", world.code, area)
        if key not in self.kept:
            told = self._sent(world, area, "quarantined")
            lies = "INSERT INTO quarantine (instance_id, code, since)"
            lies += " VALUES (:id, 'underivable', now()) RETURNING 1"
            _made(world, lies, id=told["instance_id"])
            self.kept[key] = told["instance_id"]
        return str(self.kept[key])

    def rescued(self, world: World, area: str) -> int:
        key = ("rescued", world.code, area)
        if key not in self.kept:
            whose = self.member(world, area)
            values = {"device": whose.device, "person": whose.person}
            self.kept[key] = _made(world, _RESCUED, **values)[0][0]
        return int(str(self.kept[key]))

    def twice(self, world: World, area: str) -> str:
        key = ("twice", world.code, area)
        if key not in self.kept:
            told = self._sent(world, area, "derived")
            batch = self._batch(world, self.member(world, area).device, told)
            _made(world, _VARIANT, id=told["instance_id"], batch=batch)
            self.kept[key] = told["instance_id"]
        return str(self.kept[key])

    def _sent(self, world: World, area: str, state: str) -> dict[str, object]:
        """As it was sent, with its body sealed."""
        told = world.submission(world.unit(EAS[0], 1))
        whose = self.member(world, area)
        _made(
            world, _SENT, batch=self._batch(world, whose.device, told), area=area, state=state,
            id=told["instance_id"], interview=told["interview_id"], device=whose.device,
            person=whose.person, version=self.version_id(world),
        )  # fmt: skip
        return told

    def _batch(self, world: World, device: int, told: dict[str, object]) -> int:
        batch = _made(world, _BATCH, device=device, id=uuid.uuid4())[0][0]
        with Session(world.engine) as session, session.begin():
            packed = gzip.compress(body_of(told), 1)
            bodies.keep(session, world.id, batch, packed, "json+gzip", datetime.now(UTC))
        return batch

    def version_id(self, world: World) -> int:
        find = "SELECT v.id FROM form_versions v JOIN forms f ON f.id = v.form"
        find += " WHERE f.survey_id = :survey AND f.form_id = :form AND v.version = :version"
        return _made(world, find, form=LONG, version=world.version)[0][0]

    def form(self, world: World, state: str) -> str:
        key = ("form", world.code, state)
        if key not in self.kept:
            self.kept[key] = name = f"form_{secrets.token_hex(6)}"
            _made(world, _FORM, form=name, state=state)
        return str(self.kept[key])

    def version(self, world: World, state: str, new: bool) -> tuple[str, str]:
        """`new`: one that may be changed."""
        kept = self.kept if new else self.versions
        key = ("version", world.code, state)
        if key not in kept:
            kept[key] = name = (f"form_{secrets.token_hex(6)}", world.version)
            wanted = {"form": name[0], "like": LONG, "version": world.version, "state": state}
            _made(world, _VERSION, **wanted)
        found = kept[key]
        assert isinstance(found, tuple)
        return found


def _made(world: World, statement: str, **values: object) -> list[tuple[int, ...]]:
    with Session(world.engine) as session, session.begin():
        return [
            tuple(row) for row in session.execute(text(statement), {"survey": world.id, **values})
        ]


def session_of(world: World, person: int) -> int:
    """Somebody is signed in once more."""
    made = _made(
        world,
        "INSERT INTO sessions (token_sha256, person_id, created_at, seen_at)"
        " VALUES (:token, :person, now(), now()) RETURNING id",
        token=secrets.token_bytes(32),
        person=person,
    )
    return made[0][0]


def token_of(world: World, person: int) -> int:
    """Somebody has one more program."""
    made = _made(
        world,
        "INSERT INTO api_tokens (person_id, name, prefix, token_sha256, scopes, created_at,"
        " expires_at) VALUES (:person, 'x', 'svt_', :token, '{coverage:read}', now(),"
        " now() + interval '1 day') RETURNING id",
        token=secrets.token_bytes(32),
        person=person,
    )
    return made[0][0]
