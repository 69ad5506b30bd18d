"""The way in, and what is one's own: session, password, second factor, tokens for programs.

Callers are made by the example: what they change about themselves must not change the others.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy.orm import Session

from survey_server.domain.devices import digest_of, new_code
from survey_server.services.people import two_steps
from survey_server.services.people.passwords import hash_of_new
from survey_server.services.people.second_factor import Setup, begin, confirm
from survey_server.store import devices, people
from tests.entering import code_for
from tests.policy.cast import EVERYWHERE, Identity, somebody
from tests.policy.examples.example import Call, Example, delete, fill_in, post
from tests.policy.spots import Spot

PASSWORD, ANOTHER = "một mật khẩu thật dài", "một mật khẩu khác hẳn"
STRANGER = Identity("anonymous", "anonymous")
TOKEN = {"name": "báo cáo", "scopes": ["coverage:read"], "days": 7}


@cache
def _hashed() -> str:
    return hash_of_new(PASSWORD, [])


def _newcomer(at: Spot) -> Identity:
    """Signed in, and with a password."""
    made = somebody(at.world, "administrator", EVERYWHERE)
    at.world.change(
        "UPDATE people SET password_hash = :hash WHERE id = :person",
        hash=_hashed(),
        person=made.person,
    )
    return made


def _beginner(at: Spot) -> tuple[Identity, Setup]:
    """Has begun to set a second factor up."""
    who = _newcomer(at)
    door, now = at.stock.app.extensions["door"], datetime.now(UTC)
    with Session(at.world.engine) as session, session.begin():
        setup = begin(session, door, who.person, "", now)
    assert isinstance(setup, Setup)
    return who, setup


def _reset(at: Spot) -> str:
    """The token of a one-time link."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    who = _newcomer(at)
    new = people.NewReset(
        who.person, None, people.sha256_of(token), False, now + timedelta(hours=1)
    )
    with Session(at.world.engine) as session, session.begin():
        people.add_reset(session, new, now)
    return token


def _enrol(at: Spot) -> Call:
    code, now = new_code(secrets.choice), datetime.now(UTC)
    with Session(at.world.engine) as session, session.begin():
        kept = devices.CodeToKeep(
            at.world.id, at.person, digest_of(code), None, now + timedelta(days=1)
        )
        devices.keep_code(session, kept, now)
    told = {"enrolment_code": code, "device_id": f"tablet-{secrets.token_hex(6)}"}
    return replace(post("/api/v1/devices", told), by=STRANGER)


def _second_step(at: Spot) -> Call:
    """The password was right; what is missing is the code."""
    who, setup = _beginner(at)
    door, now = at.stock.app.extensions["door"], datetime.now(UTC)
    with Session(at.world.engine) as session, session.begin():
        confirm(session, door, who.person, code_for(setup, now), now)
        note = two_steps.note_of(session, door, who.username, now)
    call = fill_in("/sign-in/code", code=code_for(setup, now, later=1))
    return replace(call, by=STRANGER, cookies={"survey_first_step": str(note)})


def _sign_in(at: Spot, page: bool) -> Call:
    told = {"username": _newcomer(at).username, "password": PASSWORD}
    call = fill_in("/sign-in", **told) if page else post("/api/v1/sessions", told)
    return replace(call, by=STRANGER)


def _confirm(at: Spot, page: bool) -> Call:
    who, setup = _beginner(at)
    told = {"code": code_for(setup, datetime.now(UTC))}
    path = "/account/second-factor/scan" if page else "/api/v1/account/second-factor/confirmation"
    return replace(fill_in(path, **told) if page else post(path, told), by=who)


def _end_others(at: Spot, call: Call) -> Call:
    who = _newcomer(at)
    assert replace(at, who=who).session
    return replace(call, by=who)


def _posted_reset(at: Spot) -> Call:
    call = fill_in(f"/reset/{_reset(at)}", password=ANOTHER, again=ANOTHER)
    return replace(call, by=STRANGER)


def _change_on_page(at: Spot) -> Call:
    told = {"old": PASSWORD, "password": ANOTHER, "again": ANOTHER}
    return replace(fill_in("/account/password", **told), by=_newcomer(at))


def _end_session(at: Spot) -> Call:
    return delete(f"/api/v1/sessions/{at.session}")


EXAMPLES = {
    "people.sign_in": Example(lambda at: _sign_in(at, page=False), 201, changes=True, named=False),
    "people.sign_out": Example(
        lambda at: replace(delete("/api/v1/sessions/current"), by=_newcomer(at)),
        204,
        changes=True,
        named=False,
    ),
    "people.reset_password": Example(
        lambda at: replace(
            post("/api/v1/password-resets", {"token": _reset(at), "password": ANOTHER}),
            by=STRANGER,
        ),
        204,
        changes=True,
        named=False,
    ),
    "people.end_session": Example(_end_session, 204, changes=True),
    "people.end_other_sessions": Example(
        lambda at: _end_others(at, delete("/api/v1/sessions")), 204, changes=True, named=False
    ),
    "people.change_password": Example(
        lambda at: replace(
            post("/api/v1/account/password", {"old": PASSWORD, "password": ANOTHER}),
            by=_newcomer(at),
        ),
        changes=True,
        named=False,
    ),
    "people.confirm_second_factor": Example(
        lambda at: _confirm(at, page=False), changes=True, named=False
    ),
    "people.make_token": Example(
        lambda at: post("/api/v1/api-tokens", TOKEN), 201, changes=True, named=False
    ),
    "people.revoke_token": Example(
        lambda at: delete(f"/api/v1/api-tokens/{at.token}"), 204, changes=True
    ),
    "devices.enrol": Example(_enrol, 201, changes=True, named=False),
    "web.sign_in": Example(lambda at: _sign_in(at, page=True), 303, changes=True, named=False),
    "web.sign_in_with_code": Example(_second_step, 303, changes=True, named=False),
    "web.sign_out": Example(
        lambda at: replace(fill_in("/sign-out"), by=_newcomer(at)), 303, changes=True, named=False
    ),
    "web.reset": Example(_posted_reset, 303, changes=True, named=False),
    "web.confirm_second_factor": Example(
        lambda at: _confirm(at, page=True), changes=True, named=False
    ),
    "web.change_password": Example(_change_on_page, 303, changes=True, named=False),
    "web.end_session": Example(
        lambda at: fill_in(f"/account/sessions/{at.session}/end"), 303, changes=True
    ),
    "web.end_other_sessions": Example(
        lambda at: _end_others(at, fill_in("/account/sessions/end-others")),
        303,
        changes=True,
        named=False,
    ),
    "web.make_token": Example(
        lambda at: fill_in("/account/tokens", **TOKEN), changes=True, named=False
    ),
    "web.revoke_token": Example(
        lambda at: fill_in(f"/account/tokens/{at.token}/revoke"), 303, changes=True
    ),
}
