"""Signing in and out, for programs; pages have their own. A failure is committed, then answered."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length
from flask import Response, request

from survey_server.api import access
from survey_server.api.people.blueprint import blueprint, door, row_id
from survey_server.services import people as services
from survey_server.store import people
from survey_server.store.base import db

LONGEST_PASSWORD = 1000
LONGEST_CODE = 40


class SignInIn(Schema):
    username = String(required=True, validate=Length(1, 200))
    password = String(required=True, validate=Length(1, LONGEST_PASSWORD))
    code = String(
        load_default="",
        validate=Length(0, LONGEST_CODE),
        metadata={"description": "Of the authenticator app, or a recovery code"},
    )


class SignedInOut(Schema):
    token = String()
    second_factor_setup_needed = Boolean(
        metadata={"description": "The session may do nothing but set the second factor up."}
    )


class SessionOut(Schema):
    id = Integer()
    created_at = AwareDateTime()
    seen_at = AwareDateTime()
    client = String(metadata={"description": "What signed in, as it calls itself"})
    current = Boolean()


class SessionsOut(Schema):
    sessions = List(Nested(SessionOut))


class ResetIn(Schema):
    token = String(required=True, validate=Length(16, 200))
    password = String(required=True, validate=Length(1, 4 * LONGEST_PASSWORD))


@blueprint.post("/sessions")
@blueprint.input(SignInIn)
@blueprint.output(SignedInOut, status_code=201)
@blueprint.doc(
    summary="Sign in; the token goes into the Authorization header",
    description="Where the account has a second factor, the right password alone is answered with"
    " 401 `second_factor_needed`: send both again with `code`. With `second_factor_setup_needed`"
    " the token is good for `/account/second-factor` and nothing else.",
)
def sign_in(json_data: dict[str, str]) -> dict[str, Any]:
    attempt = services.Attempt(
        **json_data, address=request.remote_addr, client=request.user_agent.string
    )
    outcome = services.sign_in(db.session(), door(), attempt, access.now())
    db.session.commit()
    return signed_in_out(services.or_raise(outcome))


@blueprint.delete("/sessions/current")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="Sign out")
def sign_out() -> Response:
    services.sign_out(db.session(), access.bearer())
    db.session.commit()
    return Response(status=204)


@blueprint.get("/sessions")
@blueprint.output(SessionsOut)
@blueprint.doc(summary="Where one is signed in")
def list_sessions() -> dict[str, Any]:
    session, now = db.session(), access.now()
    here = people.session_of(session, access.bearer(), now)
    found = people.sessions_of(session, access.viewer(session).person_id, now)
    return {
        "sessions": [
            {
                "id": one.id,
                "created_at": one.created_at,
                "seen_at": one.seen_at,
                "client": one.client,
                "current": here is not None and one.id == here.id,
            }
            for one in found
        ]
    }


@blueprint.delete("/sessions/<int:session_id>")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="End one of one's own sessions")
def end_session(session_id: int) -> Response:
    session = db.session()
    person = access.viewer(session).person_id
    services.end_session(session, person, row_id(session_id))
    session.commit()
    return Response(status=204)


@blueprint.delete("/sessions")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="Sign out everywhere else")
def end_other_sessions() -> Response:
    session = db.session()
    services.end_other_sessions(session, access.viewer(session).person_id, access.bearer())
    session.commit()
    return Response(status=204)


@blueprint.post("/password-resets")
@blueprint.input(ResetIn)
@blueprint.output({}, status_code=204)
@blueprint.doc(
    summary="Set a new password with the token of a one-time link",
    description="Ends all sessions of the account. A refused password leaves the link good.",
)
def reset_password(json_data: dict[str, str]) -> Response:
    outcome = services.use_reset(
        db.session(),
        door(),
        json_data["token"],
        json_data["password"],
        request.remote_addr,
        access.now(),
    )
    db.session.commit()
    services.or_raise(outcome)
    return Response(status=204)


def signed_in_out(opened: services.SignedIn) -> dict[str, Any]:
    return {"token": opened.token, "second_factor_setup_needed": opened.setting_up}
