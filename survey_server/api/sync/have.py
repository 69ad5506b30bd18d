"""A tablet offers the ids of what it holds, and is told what is missing here."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from apiflask import Schema
from apiflask.fields import AwareDateTime, Integer, List, Nested, String
from apiflask.validators import OneOf
from flask import Response, current_app, request

from survey_server import doorkeeping, problems, receipts
from survey_server.api import access
from survey_server.api.intake import wait_no_longer_than
from survey_server.api.sync.blueprint import blueprint
from survey_server.domain.intake.bounds import Bounds, check_encoding, parsed
from survey_server.domain.intake.unpacking import unpacked
from survey_server.domain.sync import MOST_HAVE
from survey_server.services.sync import Offered, Verdict, what_is_missing
from survey_server.store import intake as stored
from survey_server.store.base import db
from survey_server.store.devices import OnCall

SILENCE_SECONDS = 30.0
SHA256_LETTERS = 64
# An id and a sum are 130 bytes as our tablet writes them; spaces are free.
LIMIT = 256 * MOST_HAVE
BOUNDS = Bounds(submission_bytes=LIMIT, keys=3 * MOST_HAVE, depth=4, string_bytes=1024)


class VerdictOut(Schema):
    instance_id = String()
    verdict = String(validate=OneOf([one.value for one in Verdict]))


class HaveOut(Schema):
    epoch = String()
    server_time = AwareDateTime()
    held_by_server = Integer()
    results = List(Nested(VerdictOut))


@blueprint.post("/have")
@blueprint.output(HaveOut)
@blueprint.doc(
    summary="Which of these interviews the server holds",
    description="At most 5,000, in a body that may be packed. `missing` and `differs` are to be"
    " uploaded again. Signed as receipts are. Another survey's are missing here.",
)
def have() -> Response:
    device = access.device(db.session())
    with doorkeeping.admitted(device.device, _announced()):
        body = _body()
        with doorkeeping.at_work(device.device):
            return _answered(device, _offered(body), access.now())


def _answered(device: OnCall, offered: list[Offered], now: datetime) -> Response:
    session = db.session()
    verdicts = what_is_missing(session, device.survey, offered)
    held = stored.note_contact(session, device.device, now)
    session.commit()
    document = {
        "epoch": device.epoch,
        "server_time": now,
        "held_by_server": held,
        "results": [
            {"instance_id": str(one.instance_id), "verdict": verdict}
            for one, verdict in zip(offered, verdicts, strict=True)
        ],
    }
    body = msgspec.json.encode(document)
    signature = current_app.extensions["receipt_key"].signature_of(body)
    return Response(body, 200, {receipts.HEADER: signature}, mimetype="application/json")


def _announced() -> int:
    """Bytes; 0 where the body comes in chunks. Raises BodyTooLarge."""
    size = request.content_length or 0
    if size > LIMIT:
        raise problems.BodyTooLarge(limit=LIMIT)
    return size


def _body() -> bytes:
    wait_no_longer_than(SILENCE_SECONDS)
    request.max_content_length = LIMIT
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    return unpacked(request.get_data(cache=False), encoding, LIMIT)


def _offered(body: bytes) -> list[Offered]:
    """Raises ValidationFailed with a pointer for each of what is wrong, a hundred at most."""
    check_encoding(body)
    document = parsed(body, BOUNDS)
    instances = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(instances, list):
        fault = {"pointer": "/instances", "code": "list_required"}
        raise problems.ValidationFailed(errors=[fault])
    if len(instances) > MOST_HAVE:
        raise problems.TooManyItems(limit=MOST_HAVE)
    read = [_one(one) for one in instances]
    faults = [
        {"pointer": f"/instances/{place}", "code": "invalid"}
        for place, one in enumerate(read)
        if one is None
    ]
    if faults:
        raise problems.ValidationFailed(errors=faults[:100])
    return [one for one in read if one is not None]


def _one(value: Any) -> Offered | None:
    if not isinstance(value, dict):
        return None
    named, said = value.get("instance_id"), value.get("sha256")
    if not isinstance(named, str) or not isinstance(said, str) or len(said) != SHA256_LETTERS:
        return None
    try:
        return Offered(uuid.UUID(named.removeprefix("uuid:")), said)
    except ValueError:
        return None
