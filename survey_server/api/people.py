"""Signing in and out, for programs; pages have their own."""

from apiflask import APIBlueprint
from flask import Response

from survey_server.api import access
from survey_server.api.schemas import SignIn, TokenOut
from survey_server.services import people
from survey_server.store.base import db

blueprint = APIBlueprint("people", __name__, url_prefix="/api/v1", tag="People")


@blueprint.post("/sessions")
@blueprint.input(SignIn)
@blueprint.output(TokenOut, status_code=201)
@blueprint.doc(summary="Sign in; the token goes into the Authorization header")
def sign_in(json_data: dict[str, str]) -> dict[str, str]:
    token = people.sign_in(db.session(), json_data["username"], json_data["password"], access.now())
    db.session.commit()
    return {"token": token}


@blueprint.delete("/sessions/current")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="Sign out")
def sign_out() -> Response:
    people.sign_out(db.session(), access.bearer())
    db.session.commit()
    return Response(status=204)
