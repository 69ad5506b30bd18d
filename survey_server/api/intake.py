"""Batches of interviews from tablets."""

import gzip
from typing import Any

import msgspec
from apiflask import APIBlueprint
from flask import Response, current_app, request
from marshmallow import ValidationError

from survey_server import problems, receipts
from survey_server.api import access
from survey_server.api.errors import faults_of
from survey_server.api.schemas import BatchHead, ReceiptOut
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import Batch, batch_of
from survey_server.domain.intake.unpacking import unpacked
from survey_server.services import intake
from survey_server.store.base import db
from survey_server.store.devices import OnCall
from survey_server.store.intake import Sender

blueprint = APIBlueprint("intake", __name__, url_prefix="/api/v1", tag="Sync")

SILENCE_SECONDS = 30.0

_head = BatchHead()


@blueprint.post("/batches")
@blueprint.output(ReceiptOut)
@blueprint.doc(
    summary="Upload a batch of interviews",
    description="Idempotent: the same batch id with the same submissions is answered as at first.",
)
def receive() -> Response:
    now = access.now()
    device = access.device(db.session())
    upload = _upload(bounds())
    sender = Sender(device.device, device.person, device.survey)
    receipt = intake.receive_batch(db.session(), sender, upload, now)
    db.session.commit()
    if receipt.new:
        current_app.extensions["queue"].ring()
    return _acknowledgement(device, upload, receipt, now.isoformat())


def bounds() -> Bounds:
    settings = current_app.extensions["settings"]
    return Bounds(
        packed_bytes=settings.packed_bytes,
        unpacked_bytes=settings.unpacked_bytes,
        submissions=settings.batch_submissions,
    )


def _upload(allowed: Bounds) -> intake.Upload:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    packed = _body(allowed.packed_bytes)
    plain = unpacked(packed, encoding, allowed.unpacked_bytes)
    batch = batch_of(plain, allowed)
    head = _loaded_head(batch)
    kept = packed if encoding.endswith("gzip") else gzip.compress(plain, compresslevel=1, mtime=0)
    return intake.Upload(
        batch_id=head["batch_id"],
        held=head["held"],
        batch=batch,
        body=kept,
        body_format="json+gzip",
    )


def _body(limit: int) -> bytes:
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        raise problems.LengthRequired()
    if (request.content_length or 0) > limit:
        raise problems.BodyTooLarge(limit=limit)
    wait_no_longer_than(SILENCE_SECONDS)
    # A chunked body has no length to look at; one byte more than allowed tells enough.
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise problems.BodyTooLarge(limit=limit)
    if request.content_length is not None and len(body) != request.content_length:
        raise problems.BadRequest()
    return body


def wait_no_longer_than(seconds: float) -> None:
    """A tablet that drives out of reach in the middle would hold a thread for hours."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(seconds)


def _loaded_head(batch: Batch) -> dict[str, Any]:
    try:
        head: dict[str, Any] = _head.load(batch.head)
    except ValidationError as error:
        raise problems.ValidationFailed(errors=faults_of(error.messages)) from None
    return head


def _acknowledgement(
    device: OnCall, upload: intake.Upload, receipt: intake.Receipt, server_time: str
) -> Response:
    body = msgspec.json.encode(
        {
            "batch_id": str(upload.batch_id),
            "replayed": receipt.replayed,
            "epoch": device.epoch,
            "server_time": server_time,
            "held_by_server": receipt.held_by_server,
            "results": receipt.results,
        }
    )
    signature = current_app.extensions["receipt_key"].signature_of(body)
    return Response(body, 200, {receipts.HEADER: signature}, mimetype="application/json")
