"""A tablet shows the code that its enumerator was given, and gets its secret, once."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Dict, Integer, Nested, String
from apiflask.validators import Length, Regexp
from flask import current_app, request

from survey_server.api import access
from survey_server.api.devices.blueprint import blueprint, this_server
from survey_server.domain.devices import DEVICE_ID
from survey_server.services import devices as services
from survey_server.services.people import or_raise
from survey_server.store.base import db

# What a tablet says of itself is shown to supervisors: one line, no control characters.
LONGEST_SECRET = 200
_LINE = Regexp(r"[^\x00-\x1f\x7f]*\Z")


class EnrolIn(Schema):
    enrolment_code = String(required=True, validate=Length(1, 40))
    device_id = String(required=True, validate=Regexp(rf"{DEVICE_ID}\Z"))
    model = String(load_default=None, allow_none=True, validate=[Length(0, 100), _LINE])
    app = String(load_default=None, allow_none=True, validate=[Length(0, 100), _LINE])


class _Device(Schema):
    id = Integer()
    device_id = String()


class _Person(Schema):
    name = String()


class _Survey(Schema):
    code = String()
    name = Dict(keys=String(), values=String())


class _Key(Schema):
    id = String()
    public_key = String()


class EnrolledOut(Schema):
    secret = String(metadata={"description": "For the Authorization header; told only here"})
    device = Nested(_Device)
    person = Nested(_Person)
    survey = Nested(_Survey)
    server = String(metadata={"description": "The address to sync with"})
    receipt_key = Nested(_Key)


def _secret() -> str:
    """Of a tablet that had one; a header that says anything else is no proof, and no mistake."""
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    told = told.strip()
    return told if kind.lower() == "bearer" and 0 < len(told) <= LONGEST_SECRET else ""


@blueprint.post("/devices")
@blueprint.input(EnrolIn)
@blueprint.output(EnrolledOut, status_code=201)
@blueprint.doc(
    summary="Enrol a tablet with a one-time code",
    description="Ends what enrolments the code's enumerator has under this device id in the"
    " survey. Somebody else's enrolment under it ends only where the tablet shows its secret"
    " (`Authorization: Bearer …`, as for a sync); otherwise it goes on until a supervisor revokes"
    " it. After 5 wrong codes of a tablet within 15 minutes it has to wait.",
)
def enrol(json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    asked = services.Asked(
        code=json_data["enrolment_code"],
        device_id=json_data["device_id"],
        model=json_data["model"] or None,
        app=json_data["app"] or None,
        address=request.remote_addr or "",
        most_of_address=current_app.extensions["settings"].address_failures,
        secret=_secret(),
    )
    outcome = services.enrol(session, asked, access.now())
    # A wrong code is counted although it is refused.
    session.commit()
    enrolled = or_raise(outcome)
    key = current_app.extensions["receipt_key"]
    return {
        "secret": enrolled.secret,
        "device": {"id": enrolled.device, "device_id": enrolled.device_id},
        "person": {"name": enrolled.person_name},
        "survey": {"code": enrolled.survey.code, "name": enrolled.survey.name},
        "server": this_server().address,
        "receipt_key": {"id": key.key_id, "public_key": key.public_key},
    }
