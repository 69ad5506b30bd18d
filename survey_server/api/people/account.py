"""One's own account: who one is, the password, the second factor."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length
from flask import request

from survey_server.api import access
from survey_server.api.people.blueprint import blueprint, door
from survey_server.api.people.signing_in import (
    LONGEST_CODE,
    LONGEST_PASSWORD,
    SignedInOut,
    signed_in_out,
)
from survey_server.services import people as services
from survey_server.services.people import second_factor
from survey_server.store.base import db


class ScopeOut(Schema):
    survey = String()
    area_id = Integer()
    role = String()


class AccountOut(Schema):
    id = Integer()
    username = String()
    name = String()
    second_factor = Boolean()
    recovery_codes_left = Integer()
    roles = List(Nested(ScopeOut))


class PasswordIn(Schema):
    old = String(required=True, validate=Length(1, LONGEST_PASSWORD))
    password = String(required=True, validate=Length(1, 4 * LONGEST_PASSWORD))
    revokes_tokens = Boolean(
        load_default=False, metadata={"description": "Revoke one's tokens for programs too"}
    )


class CodeIn(Schema):
    code = String(load_default="", validate=Length(0, LONGEST_CODE))


class SetupOut(Schema):
    secret = String(metadata={"description": "Base32, to be typed"})
    address = String(metadata={"description": "otpauth://…, to be shown as a QR code"})


class ConfirmedOut(SignedInOut):
    recovery_codes = List(String())


class RecoveryCodesOut(Schema):
    recovery_codes = List(String())


@blueprint.get("/account")
@blueprint.output(AccountOut)
@blueprint.doc(summary="Who one is, and what one may do today")
def account() -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    return services.account_now(session, viewer)


@blueprint.post("/account/password")
@blueprint.input(PasswordIn)
@blueprint.output(SignedInOut)
@blueprint.doc(summary="Change one's password; ends all sessions and opens a new one")
def change_password(json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    person = access.viewer(session).person_id
    old, new = json_data["old"], json_data["password"]
    outcome = services.change_own_password(
        session, person, old, new, now, json_data["revokes_tokens"]
    )
    session.commit()
    services.or_raise(outcome)
    return _signed_in_again(person)


@blueprint.post("/account/second-factor")
@blueprint.input(CodeIn)
@blueprint.output(SetupOut)
@blueprint.doc(
    summary="Begin to set up a second factor",
    description="Whoever has one already gives a `code` of it. Nothing changes until it is"
    " confirmed.",
)
def begin_second_factor(json_data: dict[str, str]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    person = access.viewer(session).person_id
    outcome = second_factor.begin(session, door(), person, json_data["code"], now)
    session.commit()
    setup = services.or_raise(outcome)
    return {"secret": setup.secret, "address": setup.address}


@blueprint.post("/account/second-factor/confirmation")
@blueprint.input(CodeIn)
@blueprint.output(ConfirmedOut)
@blueprint.doc(
    summary="Confirm a second factor with a code of it",
    description="Ends all sessions and opens a new one. The recovery codes are shown once.",
)
def confirm_second_factor(json_data: dict[str, str]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    person = access.viewer(session).person_id
    outcome = second_factor.confirm(session, door(), person, json_data["code"], now)
    session.commit()
    codes = services.or_raise(outcome)
    return {"recovery_codes": codes, **_signed_in_again(person)}


@blueprint.post("/account/recovery-codes")
@blueprint.input(CodeIn)
@blueprint.output(RecoveryCodesOut)
@blueprint.doc(summary="Ten new recovery codes for a code of the second factor; the old ones end")
def renew_recovery_codes(json_data: dict[str, str]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    person = access.viewer(session).person_id
    outcome = second_factor.renew_recovery_codes(session, door(), person, json_data["code"], now)
    session.commit()
    return {"recovery_codes": services.or_raise(outcome)}


def _signed_in_again(person: int) -> dict[str, Any]:
    client = request.user_agent.string
    opened = services.open_session(db.session(), door(), person, client, access.now())
    db.session.commit()
    return signed_in_out(opened)
