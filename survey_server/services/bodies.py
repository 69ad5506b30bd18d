"""The one way to bodies and files: whatever is stored of an upload is sealed and opened here.

A body that cannot be sealed is not received; one that cannot be opened waits until its key is
back. Bodies from before surveys had keys have no key's name, and are stored as they came.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain import bodies as domain
from survey_server.domain.bodies import BodyDamaged, Thing
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.keyring import NoSuchKey, keyring
from survey_server.store import intake, keys as stored
from survey_server.store.intake import Body
from survey_server.store.keys import KeyOnFile, KeysOfSurvey

log = structlog.get_logger()


def keep(
    session: Session, survey: int, batch: int, packed: bytes, body_format: str, now: datetime
) -> None:
    """Raises KeyUnavailable or SurveyRetired; nothing may be acknowledged then."""
    intake.keep_body(session, batch, sealed(session, survey, batch, packed, body_format, now))


def sealed(
    session: Session, survey: int, batch: int, packed: bytes, body_format: str, now: datetime
) -> Body:
    made = seal(session, survey, batch, packed, now)
    return Body(made.content, body_format, made.key_id)


@dataclass(frozen=True, slots=True)
class Sealed:
    key_id: str
    content: bytes


def seal(session: Session, survey: int, thing: Thing, content: bytes, now: datetime) -> Sealed:
    """With the active key; the first that a survey receives is what its first key is made for."""
    known = stored.keys_in_use(session, survey)
    if not known.retired and known.active is None:
        make_active(session, survey, known.survey, now)
        known = stored.keys_in_use(session, survey)
    if known.retired or known.active is None:
        raise problems.SurveyRetired()
    key = key_of(known.survey, known.active)
    made = domain.sealed(key, domain.new_nonce(), known.survey, thing, content)
    return Sealed(known.active.key_id, made)


def unseal(session: Session, survey: int, thing: Thing, key_id: str, content: bytes) -> bytes:
    """Raises KeyUnavailable, SurveyRetired or BodyDamaged."""
    known = stored.keys_in_use(session, survey)
    if known.retired:
        raise problems.SurveyRetired()
    return domain.opened(_key_named(known, key_id), known.survey, thing, content)


def require_open(session: Session, survey: int) -> None:
    """Nobody ends the survey until the transaction does. Raises SurveyRetired."""
    if stored.keys_in_use(session, survey).retired:
        raise problems.SurveyRetired()


def make_active(session: Session, survey: int, code: str, now: datetime) -> str | None:
    """The id of the new key, unless the survey has an active one, or is just given one."""
    key_id = f"{now:%Y%m%d}-{secrets.token_hex(4)}"
    try:
        key = keyring().make(code, key_id)
        if stored.add_key(session, survey, key_id, domain.fingerprint_of(key), now):
            audit.note_if_possible(Entry("key_made", code, object=f"key:{key_id}"))
            return key_id
        # Nobody has sealed anything with it.
        keyring().destroy(code, key_id)
    except NoSuchKey:
        raise _unavailable(code, key_id, "key_missing") from None
    return None


def open_all(
    session: Session, survey: int, bodies: Mapping[int, Body]
) -> dict[int, bytes | BodyDamaged]:
    """The packed bodies of these batches of one survey. Raises KeyUnavailable or SurveyRetired."""
    known = stored.keys_in_use(session, survey)
    if known.retired:
        raise problems.SurveyRetired()
    names = {body.key_id for body in bodies.values() if body.key_id is not None}
    keys = {name: _key_named(known, name) for name in sorted(names)}
    return {batch: _opened(known.survey, batch, body, keys) for batch, body in bodies.items()}


def open_one(session: Session, survey: int, batch: int, body: Body) -> bytes:
    """Raises BodyDamaged, too."""
    found = open_all(session, survey, {batch: body})[batch]
    if isinstance(found, BodyDamaged):
        raise found
    return found


def _opened(survey: str, batch: int, body: Body, keys: Mapping[str, bytes]) -> bytes | BodyDamaged:
    if body.key_id is None:
        return body.body
    try:
        return domain.opened(keys[body.key_id], survey, batch, body.body)
    except BodyDamaged as damaged:
        log.error("body damaged", survey=survey, batch=batch)
        return damaged


def _key_named(known: KeysOfSurvey, name: str) -> bytes:
    found = known.named(name)
    if found is None:
        raise _unavailable(known.survey, name, "key_missing")
    return key_of(known.survey, found)


def key_of(survey: str, on_file: KeyOnFile) -> bytes:
    """Raises KeyUnavailable where the key is not at hand, or another one lies in its place."""
    try:
        key = keyring().read(survey, on_file.key_id)
    except NoSuchKey:
        raise _unavailable(survey, on_file.key_id, "key_missing") from None
    if domain.fingerprint_of(key) != on_file.fingerprint:
        raise _unavailable(survey, on_file.key_id, "key_wrong")
    return key


def _unavailable(survey: str, key_id: str, why: str) -> problems.KeyUnavailable:
    log.error("key unavailable", survey=survey, key_id=key_id, why=why)
    return problems.KeyUnavailable(why=why)
