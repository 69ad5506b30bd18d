"""Keys of surveys, for whoever looks after a server: a new one, and whether all are there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain import bodies as domain
from survey_server.services import bodies
from survey_server.services.keyring import keyring
from survey_server.store import intake, keys as stored
from survey_server.store.keys import KeyInUse, KeyOnFile

BODIES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """`bodies` and `files` are sealed with it. `found` is at_hand, key_missing, key_wrong,
    destroyed, or not_sealed for bodies that have no key."""

    key_id: str | None
    state: str | None
    made_at: datetime | None
    bodies: int
    files: int
    found: str

    @property
    def sound(self) -> bool:
        return self.found in ("at_hand", "destroyed")


def rotate(session: Session, survey: int, now: datetime) -> str:
    """The id of the new key. What was sealed with others is still read with them.

    Raises SurveyRetired, or KeyUnavailable where no new key can be kept.
    """
    known = stored.keys_in_use(session, survey)
    if known.retired:
        raise problems.SurveyRetired()
    stored.set_state(session, survey, "active", "retired")
    made = bodies.make_active(session, survey, known.survey, now)
    if made is None:
        # Somebody else changed keys at the same moment: theirs is as new as ours.
        raise problems.KeyUnavailable(why="key_missing")
    return made


def checked(session: Session, survey: int) -> list[CheckedKey]:
    """Every key that a body of the survey needs, and every other one that it has."""
    return [_checked(one) for one in stored.keys_with_bodies(session, survey)]


def _checked(one: KeyInUse) -> CheckedKey:
    return CheckedKey(one.key_id, one.state, one.made_at, one.bodies, one.files, _found(one))


def _found(one: KeyInUse) -> str:
    if one.key_id is None:
        return "not_sealed"
    if one.state == "destroyed":
        return "destroyed"
    if one.state is None or one.fingerprint is None:
        return "key_missing"
    try:
        bodies.key_of(one.survey, KeyOnFile(one.key_id, one.state, bytes(one.fingerprint)))
    except problems.KeyUnavailable as away:
        return str(away.data["why"])
    return "at_hand"


def open_some(session: Session, survey: int, after: int) -> tuple[int, int, list[int]]:
    """Opens the next bodies behind batch `after`: how many, the last batch, and those damaged."""
    batches = stored.batches_after(session, survey, after, BODIES_AT_ONCE)
    opened = bodies.open_all(session, survey, intake.bodies_of(session, batches))
    damaged = [batch for batch, body in opened.items() if isinstance(body, domain.BodyDamaged)]
    return len(batches), max(batches, default=after), damaged


def seal_some(session: Session, survey: int, now: datetime) -> int:
    """Seals bodies from before there were keys; how many. The caller goes on until there are
    none."""
    batches = stored.unsealed(session, survey, BODIES_AT_ONCE)
    for batch, body in intake.bodies_of(session, batches).items():
        sealed = bodies.sealed(session, survey, batch, body.body, body.body_format, now)
        assert sealed.key_id is not None
        stored.replace_body(session, batch, sealed.key_id, sealed.body)
    return len(batches)


def forget(survey: str, key_ids: list[str]) -> None:
    """Destroys keys. Raises NoSuchKey where one may still be there."""
    for key_id in key_ids:
        keyring().destroy(survey, key_id)
