"""One enumerator takes over from another, with the work and a code for the tablet."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, Range, Regexp
from marshmallow import ValidationError, validates_schema

from survey_server.api import access
from survey_server.api.devices.blueprint import (
    LARGEST_ID,
    areas_of_caller,
    blueprint,
    known_id,
    this_server,
)
from survey_server.domain.devices import invitation
from survey_server.services import devices as services
from survey_server.store.base import db


class NewPersonIn(Schema):
    username = String(required=True, validate=Regexp(r"\s*[\w.@+-]{1,100}\s*\Z"))
    name = String(required=True, validate=[Length(1, 200), Regexp(r"[^\x00-\x1f\x7f]*\Z")])


class ReplaceIn(Schema):
    by = Integer(
        load_default=None, validate=Range(1, LARGEST_ID), metadata={"description": "A person's id"}
    )
    new = Nested(NewPersonIn, load_default=None)
    keep_devices = Boolean(
        load_default=False,
        metadata={"description": "Let the old tablets sync what they hold; revoke them later"},
    )

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: object) -> None:
        if (data["by"] is None) == (data["new"] is None):
            raise ValidationError("one of them", "by")


class _Successor(Schema):
    id = Integer(attribute="person_id")
    name = String()
    username = String()


class FirstPasswordOut(Schema):
    token = String(metadata={"description": "Shown this once; for POST /password-resets"})
    expires_at = AwareDateTime()


class ReplacedOut(Schema):
    successor = Nested(_Successor)
    assignments = Integer(metadata={"description": "Handed over now"})
    revoked = List(Integer(), metadata={"description": "Enrolments that ended"})
    code = String()
    expires_at = AwareDateTime()
    payload = String()
    svg = String()
    reset = Nested(
        FirstPasswordOut,
        allow_none=True,
        metadata={"description": "The way in for an account that was made; else null"},
    )


@blueprint.post("/surveys/<survey>/people/<int:person>/replace")
@blueprint.input(ReplaceIn)
@blueprint.output(ReplacedOut)
@blueprint.doc(
    summary="Hand somebody's open work to somebody else, with a code for the tablet",
    description="What was told stays the old one's. Asked again, it finds nothing left to hand"
    " over and issues another code.",
)
def replace(survey: str, person: int, json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    areas = areas_of_caller(session, survey)
    new = json_data["new"]
    wanted = services.Replacing(
        survey,
        known_id(person),
        services.NewPerson(**new) if new else json_data["by"],
        access.viewer(session).person_id,
        json_data["keep_devices"],
    )
    done = services.replace(session, wanted, areas, access.now)
    session.commit()
    payload = invitation(this_server(), done.code.code)
    return {
        "successor": done.successor,
        "assignments": done.assignments,
        "revoked": done.revoked,
        "code": done.code.code,
        "expires_at": done.code.expires_at,
        "payload": payload,
        "svg": services.svg_of(payload),
        "reset": done.reset,
    }
