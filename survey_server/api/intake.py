"""Batches of interviews from tablets."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from apiflask import APIBlueprint
from flask import Response, current_app, request
from marshmallow import ValidationError

from survey_server import doorkeeping, problems, receipts
from survey_server.api import access
from survey_server.api.errors import faults_of
from survey_server.api.schemas import BatchHead, ReceiptOut
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import Batch, batch_of
from survey_server.domain.intake.unpacking import unpacked
from survey_server.services import intake
from survey_server.services.interviews import foreseeing
from survey_server.services.interviews.telling import Told
from survey_server.store.base import db
from survey_server.store.devices import OnCall
from survey_server.store.intake import Sender

blueprint = APIBlueprint("intake", __name__, url_prefix="/api/v1", tag="Sync")

SILENCE_SECONDS = 30.0
MOST_JUDGED = 50

# By the place in the batch.
Foreseen = Mapping[int, Sequence[Told]]

_head = BatchHead()


@blueprint.post("/batches")
@blueprint.output(ReceiptOut)
@blueprint.doc(
    summary="Upload a batch of interviews",
    description="Idempotent: the same batch id with the same submissions is answered as at first."
    " With `Prefer: validate=strict`, submissions that break a rule are rejected; with"
    " `?dry_run=true`, nothing is kept and the answer, unsigned, says what would happen. Both take"
    " at most 50 submissions, and each result tells its findings.",
)
def receive() -> Response:
    device = access.device(db.session())
    asked = _asked()
    with doorkeeping.admitted(device.device, _announced(bounds().packed_bytes)):
        body = _body(bounds().packed_bytes)
        with doorkeeping.at_work(device.device):
            return _received(device, asked, body, access.now())


def _received(device: OnCall, asked: "_Asked", body: bytes, now: datetime) -> Response:
    upload, plain = _upload(body, bounds())
    found: Foreseen = {}
    if asked.judged:
        found = _foreseen(device, upload.batch, plain, now)
    if asked.strict:
        kept = foreseeing.without_broken(db.session(), upload.batch, found)
        upload = replace(upload, batch=kept)
    sender = Sender(device.device, device.person, device.survey)
    receipt = intake.receive_batch(db.session(), sender, upload, now)
    document = _document(device, upload, receipt, found, now)
    if asked.dry_run:
        db.session.rollback()
        return _unsigned(document)
    db.session.commit()
    if receipt.new:
        current_app.extensions["queue"].ring()
    return _acknowledgement(document)


@dataclass(frozen=True, slots=True)
class _Asked:
    """`strict`: what breaks a rule is refused; `dry_run`: nothing is kept."""

    strict: bool
    dry_run: bool

    @property
    def judged(self) -> bool:
        return self.strict or self.dry_run


def _asked() -> _Asked:
    """`Prefer: validate=strict` and `?dry_run=true`."""
    wanted = request.args.get("dry_run", "false").lower()
    if wanted not in ("true", "false"):
        raise problems.ParamInvalid(errors=[{"pointer": "/dry_run", "code": "invalid"}])
    preferences = request.headers.get("Prefer", "").lower().replace(" ", "").split(",")
    return _Asked(strict="validate=strict" in preferences, dry_run=wanted == "true")


def _foreseen(device: OnCall, batch: Batch, plain: bytes, now: datetime) -> Foreseen:
    """Judging takes much longer than keeping, so that only a few may ask for it at once."""
    if len(batch.items) > MOST_JUDGED:
        raise problems.TooManyItems(limit=MOST_JUDGED)
    return foreseeing.foreseen(db.session(), device.survey, batch, plain, now)


def bounds() -> Bounds:
    settings = current_app.extensions["settings"]
    return Bounds(
        packed_bytes=settings.packed_bytes,
        unpacked_bytes=settings.unpacked_bytes,
        submissions=settings.batch_submissions,
    )


def _upload(packed: bytes, allowed: Bounds) -> tuple[intake.Upload, bytes]:
    """With the body as it was before it was packed."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    plain = unpacked(packed, encoding, allowed.unpacked_bytes)
    batch = batch_of(plain, allowed)
    head = _loaded_head(batch)
    kept = packed if encoding.endswith("gzip") else gzip.compress(plain, compresslevel=1, mtime=0)
    upload = intake.Upload(
        batch_id=head["batch_id"],
        held=head["held"],
        batch=batch,
        body=kept,
        body_format="json+gzip",
    )
    return upload, plain


def _announced(limit: int) -> int:
    """Bytes; 0 where the body comes in chunks. Raises LengthRequired or BodyTooLarge."""
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        raise problems.LengthRequired()
    if (request.content_length or 0) > limit:
        raise problems.BodyTooLarge(limit=limit)
    return request.content_length or 0


def _body(limit: int) -> bytes:
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


def _document(
    device: OnCall,
    upload: intake.Upload,
    receipt: intake.Receipt,
    found: Foreseen,
    now: datetime,
) -> dict[str, Any]:
    return {
        "batch_id": str(upload.batch_id),
        "replayed": receipt.replayed,
        "epoch": device.epoch,
        "server_time": now.isoformat(),
        "held_by_server": receipt.held_by_server,
        "results": receipt.results if not found else _with_findings(receipt.results, found),
    }


def _with_findings(results: Sequence[intake.Result], found: Foreseen) -> list[dict[str, Any]]:
    return [
        {**asdict(result), "findings": [asdict(one) for one in found.get(place, ())]}
        for place, result in enumerate(results)
    ]


def _acknowledgement(document: dict[str, Any]) -> Response:
    body = msgspec.json.encode(document)
    signature = current_app.extensions["receipt_key"].signature_of(body)
    return Response(body, 200, {receipts.HEADER: signature}, mimetype="application/json")


def _unsigned(document: dict[str, Any]) -> Response:
    """Nothing was kept, so that nobody may take it for a receipt."""
    body = msgspec.json.encode({**document, "dry_run": True})
    return Response(body, 200, mimetype="application/json")
