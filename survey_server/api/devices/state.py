"""What a tablet downloads: one small document with everything it needs for its work."""

import hashlib
import uuid
from typing import Any

from flask import Response, current_app, json, request
from werkzeug.wrappers import Response as AnyResponse

from survey_server import problems
from survey_server.api import access
from survey_server.api.devices.blueprint import blueprint
from survey_server.api.forms import url_of
from survey_server.api.intake import bounds
from survey_server.store import forms, frame, intake as stored
from survey_server.store.base import db
from survey_server.store.devices import OnCall
from survey_server.store.frame import Survey


@blueprint.get("/sync/state")
@blueprint.doc(
    tags=["Sync"],
    summary="Forms, assignments and units of the calling tablet",
    description="Always whole in this version; `since` is accepted and the ETag spares the bytes.",
)
def state() -> AnyResponse:
    now = access.now()
    session = db.session()
    device = access.device(session)
    _check_cursor(request.args.get("since"))
    document = _document(device)
    stored.note_contact(session, device.device, now)
    session.commit()
    body = json.dumps({**document, "server_time": now.isoformat()}, ensure_ascii=False)
    response = Response(body, mimetype="application/json")
    # Over everything but the time, which changes while nothing else does.
    response.set_etag(_sum_of(document))
    return response.make_conditional(request)


def _check_cursor(since: str | None) -> None:
    """Cursors are epochs in this version; one that never was ours is a mistake, told at once."""
    if since is None:
        return
    try:
        uuid.UUID(since)
    except ValueError:
        fault = {"pointer": "/since", "code": "invalid"}
        raise problems.ParamInvalid(errors=[fault]) from None


def _sum_of(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _document(device: OnCall) -> dict[str, Any]:
    session = db.session()
    survey = session.get_one(Survey, device.survey)
    key = current_app.extensions["receipt_key"]
    return {
        "epoch": device.epoch,
        "limits": _limits(),
        "receipt_key": {"id": key.key_id, "public_key": key.public_key},
        "survey": {
            "code": survey.code,
            "name": survey.name,
            "training": survey.training,
            "timezone": survey.timezone,
            "starts_on": survey.starts_on.isoformat(),
            "ends_on": survey.ends_on.isoformat(),
        },
        "forms": [
            {
                "form_id": one.form_id,
                "version": one.version,
                "hash": one.hash,
                "url": url_of(one.form_id, one.version),
            }
            for one in forms.versions(session, forms.Seen([survey.code]))
            if one.latest
        ],
        "assignments": frame.work_of(session, survey.id, device.person),
        "units": frame.units_of(session, survey.id, device.person),
        "reviews": [],
        "messages": [],
        "cursor": device.epoch,
    }


def _limits() -> dict[str, int]:
    allowed = bounds()
    return {name: getattr(allowed, name) for name in type(allowed).__slots__}
