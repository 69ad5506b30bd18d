"""Files of interviews: sent by tablets under their hash, fetched by those who see the interview."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from apiflask import APIBlueprint, Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Integer, List, Nested, String
from flask import Response, current_app, request
from sqlalchemy.orm import Session

from survey_server import doorkeeping, problems, receipts
from survey_server.api import access
from survey_server.api.intake import SILENCE_SECONDS, wait_no_longer_than
from survey_server.domain.attachments import SHA256, name_to_save
from survey_server.domain.bodies import BodyDamaged
from survey_server.downloads import as_file
from survey_server.services import attachments as services, audit
from survey_server.services.attachments import Upload, parts
from survey_server.services.audit import Data, Entry
from survey_server.store import attachments as stored
from survey_server.store.attachments import NamedFile
from survey_server.store.base import db

blueprint = APIBlueprint("attachments", __name__, url_prefix="/api/v1", tag="Attachments")

MOST = 500
OFFSET, LENGTH = "Upload-Offset", "Upload-Length"


class AttachmentOut(Schema):
    sha256 = String()
    bytes = Integer(metadata={"description": "How much of it is here, from the first byte on"})
    complete = Boolean(metadata={"description": "It is kept: the tablet may let its copy go"})


class FileOut(Schema):
    id = UUID()
    instance_id = UUID(metadata={"description": "The submission that names it"})
    name = String()
    state = String(metadata={"description": "there, or missing"})
    variant = Boolean(metadata={"description": "Another file came first under this name"})
    media_type = String(allow_none=True)
    bytes = Integer(allow_none=True)
    stated_at = AwareDateTime()
    stored_at = AwareDateTime(allow_none=True)


class FilesOut(Schema):
    attachments = List(Nested(FileOut))
    missing = Integer()


@blueprint.get("/attachments/<sha256>")
@blueprint.output(AttachmentOut)
@blueprint.doc(
    summary="Is this file known?",
    description="Ask with HEAD: 200, it is kept in the tablet's survey and need not be sent; 404,"
    " it is not, and `Upload-Offset` says how much of it is here. GET is answered the same, with a"
    " signed body; the file itself is never sent back to a tablet.",
)
def state(sha256: str) -> Response:
    now = access.now()
    device = access.device(db.session())
    upload = Upload(device.survey, device.device, _sum(sha256))
    known = services.find(db.session(), device.survey, bytes.fromhex(upload.sha256), now)
    db.session.commit()
    if known is None:
        raise problems.NotFound(headers={OFFSET: str(parts.offset_of(upload))})
    return _told(upload, known.bytes, complete=True, status=200)


@blueprint.put("/attachments/<sha256>")
@blueprint.output(AttachmentOut, status_code=201)
@blueprint.doc(
    summary="Send a file, or the next piece of one",
    description="The whole file as the body; or, with `Upload-Offset` and `Upload-Length`, a piece"
    " of at least 4096 bytes, answered with 202 until the last one is here. 409 `offset_mismatch`"
    " says in `Upload-Offset` where to go on. Answers are signed as receipts are; only a signed"
    " `complete` lets the tablet's copy go.",
)
def put(sha256: str) -> Response:
    session = db.session()
    device = access.device(session)
    upload = Upload(device.survey, device.device, _sum(sha256))
    piece = _piece()
    limit = services.place().most_bytes
    size = _announced(limit)
    # Nobody waits for a connection to the database while a photo comes in over 2G.
    session.rollback()
    with doorkeeping.admitted(device.device, size):
        body = _body(limit)
        with doorkeeping.at_work(device.device):
            return _kept(upload, piece, body, access.now())


def _kept(upload: Upload, piece: tuple[int, int] | None, body: bytes, now: datetime) -> Response:
    session = db.session()
    content: bytes | None = body
    if piece is not None:
        if (known := _whole(session, upload, now)) is not None:
            return known
        content = parts.add(session, upload, *piece, body, now)
    if content is None:
        session.commit()
        return _told(upload, piece[0] + len(body) if piece else 0, complete=False, status=202)
    services.require_sum(upload.sha256, content)
    new = services.keep_named(session, upload.survey, bytes.fromhex(upload.sha256), content, now)
    session.commit()
    parts.forget(upload)
    return _told(upload, len(content), complete=True, status=201 if new else 200)


def _whole(session: Session, upload: Upload, now: datetime) -> Response | None:
    """To a tablet that missed this answer, or came second: nothing is begun anew."""
    known = services.find(session, upload.survey, bytes.fromhex(upload.sha256), now)
    if known is None:
        return None
    session.commit()
    parts.forget(upload)
    return _told(upload, known.bytes, complete=True, status=200)


def _sum(text: str) -> str:
    """Raises ParamInvalid."""
    if not SHA256.fullmatch(text):
        raise problems.ParamInvalid(errors=[{"pointer": "/sha256", "code": "invalid"}])
    return text.lower()


def _piece() -> tuple[int, int] | None:
    """Where the body begins, and how long the whole file is. Raises ParamInvalid."""
    told = {name: request.headers.get(name) for name in (OFFSET, LENGTH)}
    if not any(told.values()):
        return None
    for name, text in told.items():
        if text is None or not (text.isascii() and text.isdigit() and len(text) < 12):
            raise problems.ParamInvalid(errors=[{"pointer": f"/{name}", "code": "invalid"}])
    return int(told[OFFSET] or ""), int(told[LENGTH] or "")


def _announced(limit: int) -> int:
    """Bytes; 0 where the body comes in chunks. Raises EncodingUnsupported, LengthRequired or
    TooLarge."""
    if request.headers.get("Content-Encoding"):
        raise problems.EncodingUnsupported(headers={"Accept-Encoding": "identity"})
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        raise problems.LengthRequired()
    if (request.content_length or 0) > limit:
        raise problems.TooLarge(limit=limit)
    return request.content_length or 0


def _body(limit: int) -> bytes:
    request.max_content_length = limit + 1
    wait_no_longer_than(SILENCE_SECONDS)
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise problems.TooLarge(limit=limit)
    if request.content_length is not None and len(body) != request.content_length:
        raise problems.BadRequest()
    return body


def _told(upload: Upload, here: int, complete: bool, status: int) -> Response:
    """Signed: a captive portal's friendly answer must not cost a photo."""
    document = {"sha256": upload.sha256, "bytes": here, "complete": complete}
    body = msgspec.json.encode(document)
    headers = {
        receipts.HEADER: current_app.extensions["receipt_key"].signature_of(body),
        OFFSET: str(here),
    }
    return Response(body, status, headers, mimetype="application/json")


@blueprint.get("/interviews/<uuid:interview>/attachments")
@blueprint.output(FilesOut)
@blueprint.doc(
    summary="The files that an interview names",
    description="Those that nobody has sent yet, too: `missing` counts them.",
)
def list_attachments(interview: uuid.UUID) -> dict[str, Any]:
    found = stored.files_of(db.session(), _areas(), interview, MOST)
    if not found.surveys:
        raise problems.NotFound()
    rows = [_shown(one) for one in found.files]
    missing = sum(row["state"] == "missing" for row in rows)
    for survey in found.surveys:
        told: Data = {"files": len(rows), "missing": missing}
        _note("attachments_listed", survey, interview, told)
    return {"attachments": rows, "missing": missing}


def _shown(one: NamedFile) -> dict[str, Any]:
    return {
        "id": one.id,
        "instance_id": one.instance_id,
        "name": one.name,
        "state": "there" if one.file else "missing",
        "variant": one.variant,
        "media_type": one.file.media_type if one.file else None,
        "bytes": one.file.bytes if one.file else None,
        "stated_at": one.stated_at,
        "stored_at": one.stored_at,
    }


@blueprint.get("/interviews/<uuid:interview>/attachments/<uuid:attachment>")
@blueprint.doc(
    summary="A file of an interview",
    description="Always as a download. A photo tells where it was taken: it is as confidential as"
    " the household's name.",
)
def one_file(interview: uuid.UUID, attachment: uuid.UUID) -> Response:
    session = db.session()
    found = stored.file_of(session, _areas(), interview, attachment)
    if found is None or found.file is None:
        raise problems.NotFound()
    try:
        content = services.content_of(session, found.file)
    except BodyDamaged:
        raise problems.FileUnavailable() from None
    _note(
        "attachment_viewed", found.survey, interview,
        {"attachment": str(attachment), "bytes": found.file.bytes},
    )  # fmt: skip
    response = Response(content, mimetype=found.file.media_type)
    return as_file(response, name_to_save(found.name, found.file.media_type))


def _areas() -> list[int]:
    """Of the viewer, in the roles that the route is for."""
    return sorted({scope.area_id for scope in access.viewer(db.session()).scopes})


def _note(action: str, survey: str, interview: uuid.UUID, told: Data) -> None:
    person = access.viewer(db.session()).person_id
    audit.note(Entry(action, survey, person, object=f"interview:{interview}", data=told))
