"""Keeping files: sealed with the survey's key, on the disk, and only then in a row.

A file lies under an id of its own that it is bound to, once in a survey for each content. What
was written and got no row, because the transaction failed or another upload was faster, is swept.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256 as sha256_of

import structlog
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain import attachments as domain
from survey_server.services import bodies
from survey_server.services.attachments.place import place
from survey_server.services.attachments.shelf import NotOnShelf
from survey_server.store import attachments as stored
from survey_server.store.attachments import Kept, Named

log = structlog.get_logger()

UNKNOWN_KIND = "application/octet-stream"


def expect(
    session: Session,
    survey: int,
    instance_id: uuid.UUID,
    names: Mapping[str, str | None],
    now: datetime,
) -> None:
    """Notes which files a submission names, by name: SHA-256 in hex, or None where it is unknown.

    Whatever they are called, nothing is refused: an interview must not be lost for a name.
    """
    expect_all(session, survey, [(instance_id, *one) for one in names.items()], now)


def expect_all(
    session: Session,
    survey: int,
    named: Sequence[tuple[uuid.UUID, str, str | None]],
    now: datetime,
) -> None:
    """The same for many submissions: instance id, name, sum."""
    if named:
        told = [Named(one, domain.legible(name), _sum(text)) for one, name, text in named]
        stored.note_names(session, survey, told, now)


def _sum(text: str | None) -> bytes | None:
    """What is no SHA-256 says nothing: no file could ever have it."""
    return bytes.fromhex(text) if text and domain.SHA256.fullmatch(text) else None


def keep(
    session: Session, survey: int, instance_id: uuid.UUID, name: str, content: bytes, now: datetime
) -> None:
    """Keeps a file that came with its submission, under the name that it came with.

    Whatever it is, and whatever it is called, it is kept: Collect could never get rid of an
    interview otherwise. What is of no kind that we know is bytes, which nobody's browser opens.

    `survey` is the sender's; where the submission was moved to another, it is kept there.

    Raises TooLarge, StorageFull, FileUnavailable, KeyUnavailable or SurveyRetired. The same again
    changes nothing; other bytes under a known name become a variant.
    """
    survey = stored.survey_of(session, instance_id) or survey
    called = name if domain.name_is_fit(name) else domain.legible(name)
    sha256 = sha256_of(content).digest()
    keep_content(session, survey, sha256, content, now, otherwise=UNKNOWN_KIND)
    stored.note_names(session, survey, [Named(instance_id, called, sha256, "upload")], now)


def keep_named(session: Session, survey: int, sha256: bytes, content: bytes, now: datetime) -> bool:
    """Keeps a file that submissions name by its sum, also where those were moved to another survey.
    False where the survey has it. Raises as `keep_content` does."""
    for other in stored.surveys_moved_to(session, survey, sha256):
        keep_content(session, other, sha256, content, now)
    return keep_content(session, survey, sha256, content, now)


def require_sum(sha256: str, content: bytes) -> None:
    """`sha256` in lower-case hex. Raises Checksum."""
    if sha256_of(content).hexdigest() != sha256:
        raise problems.Checksum(headers={"Upload-Offset": "0"})


def keep_content(
    session: Session,
    survey: int,
    sha256: bytes,
    content: bytes,
    now: datetime,
    otherwise: str | None = None,
) -> bool:
    """False where the survey has this file. `otherwise` is the kind of what is of none that we
    know. Raises as `keep` does, and MediaType where there is no such kind."""
    if len(content) > place().most_bytes:
        raise problems.TooLarge(limit=place().most_bytes)
    media_type = domain.media_type_of(content) or otherwise
    if media_type is None:
        raise problems.MediaType()
    known = stored.kept(session, survey, sha256, now)
    if known is not None and place().shelf.exists(name_of(known)):
        return False
    file_id = uuid.uuid4()
    sealed = bodies.seal(session, survey, file_id, content, now)
    file = Kept(file_id, survey, sha256, len(content), media_type, sealed.key_id)
    place().shelf.put(name_of(file), sealed.content)
    if known is not None:
        log.error("a file was gone and came again", attachment=str(known.id))
        return _settled(stored.replace(session, known, file, now), file)
    return _settled(stored.add(session, file, now), file)


def _settled(new: bool, file: Kept) -> bool:
    if not new:
        # Somebody else was faster; the sweep finds what cannot be deleted now.
        with suppress(problems.Problem):
            place().shelf.delete(name_of(file))
    return new


def find(session: Session, survey: int, sha256: bytes, now: datetime) -> Kept | None:
    """A file of the survey that is really there: what is promised to a tablet is deleted there."""
    known = stored.kept(session, survey, sha256, now)
    return known if known is not None and place().shelf.exists(name_of(known)) else None


def content_of(session: Session, file: Kept) -> bytes:
    """Raises FileUnavailable, KeyUnavailable, SurveyRetired or BodyDamaged."""
    try:
        sealed = place().shelf.get(name_of(file))
    except NotOnShelf:
        log.error("a file is gone", attachment=str(file.id))
        raise problems.FileUnavailable() from None
    return bodies.unseal(session, file.survey_id, file.id, file.key_id, sealed)


def name_of(file: Kept) -> str:
    """On the shelf: nothing of it comes from whoever sent the file."""
    return f"{file.survey_id}/{file.id.hex[:2]}/{file.id}"
