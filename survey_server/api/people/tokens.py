"""One's own tokens for programs."""

from dataclasses import asdict
from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import Response

from survey_server.api import access
from survey_server.api.people.blueprint import blueprint, row_id
from survey_server.domain.people import PROGRAM_SCOPES
from survey_server.services import people as services
from survey_server.store import people
from survey_server.store.base import db


class TokenIn(Schema):
    name = String(required=True, validate=Length(1, 100))
    scopes = List(
        String(validate=OneOf(PROGRAM_SCOPES)),
        required=True,
        validate=Length(1, len(PROGRAM_SCOPES)),
    )
    days = Integer(required=True, strict=True, validate=Range(1, 365))


class TokenOut(Schema):
    id = Integer()
    name = String()
    prefix = String(metadata={"description": "How the token begins"})
    scopes = List(String())
    created_at = AwareDateTime()
    expires_at = AwareDateTime()
    revoked_at = AwareDateTime(allow_none=True)
    seen_at = AwareDateTime(allow_none=True)


class TokensOut(Schema):
    tokens = List(Nested(TokenOut))


class MadeTokenOut(Schema):
    id = Integer()
    token = String(metadata={"description": "Shown this once"})
    prefix = String()
    expires_at = AwareDateTime()


@blueprint.get("/api-tokens")
@blueprint.output(TokensOut)
@blueprint.doc(summary="One's own tokens for programs")
def list_tokens() -> dict[str, Any]:
    session = db.session()
    return {"tokens": people.tokens_of(session, access.viewer(session).person_id)}


@blueprint.post("/api-tokens")
@blueprint.input(TokenIn)
@blueprint.output(MadeTokenOut, status_code=201)
@blueprint.doc(
    summary="Make a token for a program",
    description="It may do what its scopes say, and never more than its maker may at that moment."
    " Ends after `days`, when it is revoked, and when its maker is disabled.",
)
def make_token(json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    made = services.make_token(session, viewer, **json_data, now=access.now())
    session.commit()
    return asdict(made)


@blueprint.delete("/api-tokens/<int:token_id>")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="Revoke one of one's own tokens, at once")
def revoke_token(token_id: int) -> Response:
    session = db.session()
    viewer = access.viewer(session)
    services.revoke_own(session, viewer, row_id(token_id), access.now())
    session.commit()
    return Response(status=204)
