"""What a tablet downloads: a small document with what it needs for its work, or what changed."""

import hashlib
import re
from typing import Any

import msgspec
from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from flask import Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from survey_server import problems
from survey_server.api import access
from survey_server.api.forms import url_of, url_of_file
from survey_server.api.intake import bounds
from survey_server.api.sync.blueprint import blueprint
from survey_server.domain import sync
from survey_server.domain.sync import Cursor, NoCursor
from survey_server.services.sync import Asking, State, state_for
from survey_server.store.base import db
from survey_server.store.devices import OnCall

# Before there were deltas, a cursor was the epoch alone.
_EPOCH_ALONE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class FormFileOut(Schema):
    name = String()
    hash = String()
    url = String()


class FormToHoldOut(Schema):
    form_id = String()
    version = String()
    hash = String(metadata={"description": "Of the XForm: sha256:<hex>"})
    url = String()
    files = List(Nested(FormFileOut))


class AssignmentOut(Schema):
    ea = String()
    name = String()
    due = String(allow_none=True)
    form_id = String(allow_none=True)


class UnitOut(Schema):
    code = String()
    ea = String()
    address = String(allow_none=True)
    head_name = String(allow_none=True)
    listed_persons = Integer(allow_none=True)


class RemovedOut(Schema):
    eas = List(String(), metadata={"description": "No more the person's, with all their units"})
    units = List(String())


class NumbersOut(Schema):
    ea = String()
    units = List(String(), metadata={"description": "Codes for households that no list has"})


class CommentOut(Schema):
    path = String()
    text = String()


class ReturnedOut(Schema):
    id = Integer()
    interview_id = String()
    instance_id = String(metadata={"description": "The submission that the comments are about"})
    unit = String(allow_none=True)
    ea = String(allow_none=True)
    at = AwareDateTime()
    comment = String()
    comments = List(Nested(CommentOut))


class MessageOut(Schema):
    id = Integer()
    text = String()
    sender = String()
    at = AwareDateTime()


class StateOut(Schema):
    """A list that is left out is what it was when this cursor was given out."""

    epoch = String()
    server_time = AwareDateTime()
    whole = Boolean(metadata={"description": "Everything is told, over as many pages as it takes"})
    more = Boolean(metadata={"description": "Ask again at once, with this cursor"})
    cursor = String(metadata={"description": "For `since`; opaque"})
    held_by_server = Integer(metadata={"description": "Interviews that this enrolment has brought"})
    limits = Dict(keys=String(), values=Integer())
    receipt_key = Dict(keys=String(), values=String())
    survey = Dict(keys=String())
    forms = List(Nested(FormToHoldOut))
    assignments = List(Nested(AssignmentOut))
    units = List(Nested(UnitOut), metadata={"description": "New or changed; at most 1,000"})
    removed = Nested(RemovedOut)
    reserved_numbers = List(Nested(NumbersOut))
    reviews = List(Nested(ReturnedOut), metadata={"description": "Interviews to be done again"})
    messages = List(Nested(MessageOut))


class Since(Schema):
    since = String(
        metadata={"description": "The cursor of the last answer; without it, everything is told"}
    )


@blueprint.get("/state")
@blueprint.input(Since, location="query")
@blueprint.output(StateOut)
@blueprint.doc(
    summary="The work of the calling tablet: whole, or what changed since a cursor",
    description="Nothing is missed; what was told before may be told again. 412 `epoch_changed`:"
    " ask without a cursor, then offer what is held through `/sync/have`.",
)
def state(query_data: dict[str, Any]) -> AnyResponse:
    now = access.now()
    session = db.session()
    device = access.device(session)
    asking = _asking(device, _cursor(query_data.get("since")))
    told = state_for(session, asking, now)
    session.commit()
    document = _document(device, told)
    body = msgspec.json.encode(
        {**document, "server_time": now, "cursor": sync.spelled(told.cursor)}
    )
    response = Response(body, mimetype="application/json")
    # Over everything but the time and the cursor, which move on while nothing else does.
    response.set_etag(_sum_of(document))
    return response.make_conditional(request)


def _asking(device: OnCall, cursor: Cursor | None) -> Asking:
    key = current_app.extensions["receipt_key"]
    about = {
        "limits": _limits(),
        "receipt_key": {"id": key.key_id, "public_key": key.public_key},
    }
    return Asking(device.epoch, device.device, device.person, device.survey, cursor, about)


def _cursor(since: str | None) -> Cursor | None:
    """Raises ParamInvalid for what never was a cursor of ours."""
    if since is None:
        return None
    try:
        return sync.read(since)
    except NoCursor:
        if _EPOCH_ALONE.fullmatch(since):
            raise problems.EpochChanged() from None
        fault = {"pointer": "/since", "code": "invalid"}
        raise problems.ParamInvalid(errors=[fault]) from None


def _sum_of(document: dict[str, Any]) -> str:
    canonical = msgspec.json.encode(document, order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:32]


def _document(device: OnCall, told: State) -> dict[str, Any]:
    parts = dict(told.parts)
    about = parts.pop("about", None)
    if about is not None:
        parts |= {**about, "forms": [_form(one) for one in about["forms"]]}
    return {
        "epoch": device.epoch,
        "whole": told.whole,
        "more": told.more,
        "held_by_server": told.brought,
        **parts,
        "units": told.units,
        "removed": {"eas": told.gone.eas, "units": told.gone.units},
    }


def _form(one: dict[str, Any]) -> dict[str, Any]:
    place = one["form_id"], one["version"]
    files = [{**file, "url": url_of_file(*place, file["name"])} for file in one["files"]]
    return {**one, "url": url_of(*place), "files": files}


def _limits() -> dict[str, int]:
    allowed = bounds()
    told = {name: getattr(allowed, name) for name in type(allowed).__slots__}
    largest: int = current_app.extensions["settings"].attachment_bytes
    return told | {"have": sync.MOST_HAVE, "attachment_bytes": largest}
