"""An account for somebody in my area: made here, and given into their hands as a link or a code."""

import re

from flask import Blueprint, render_template, request, url_for

from survey_server import callers
from survey_server.domain.people import FIELD_STAFF, ROLES
from survey_server.problems import Forbidden, NotFound, UsernameTaken, ValidationFailed
from survey_server.refusals import note_refusal
from survey_server.services import people as services
from survey_server.store.base import db
from survey_server.web import csrf, people, places, posted
from survey_server.web.links import public_address
from survey_server.web.members.appointing import refusal, wanted_appointment
from survey_server.web.words import ROLE_WORDS

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/people/new", view_func=open_account_page)
    pages.add_url_rule("/surveys/<survey>/people/new", view_func=open_account, methods=["POST"])


def open_account_page(survey: str) -> str:
    return _form(survey)


def open_account(survey: str) -> str | tuple[str, int]:
    csrf.check()
    session, who, now = db.session(), people.viewer(), callers.now()
    try:
        new = services.NewAccount(_username(), _name(), wanted_appointment())
        opened = services.open_account(session, who, survey, new, now)
    except (UsernameTaken, Forbidden, NotFound, ValidationFailed) as refused:
        session.rollback()
        note_refusal(refused)
        why = "username" if isinstance(refused, UsernameTaken) else refusal(refused)
        return _form(survey, refused=why), refused.status
    session.commit()
    return render_template(
        "person_opened.html",
        here=places.here(survey),
        opened=opened,
        new=new,
        in_the_field=new.appointment.role in FIELD_STAFF,
        link=public_address() + url_for("web.reset_page", token=opened.reset.token),
    )


def _form(survey: str, refused: str = "") -> str:
    return render_template(
        "person_new.html",
        here=places.here(survey),
        roles={role: ROLE_WORDS[role] for role in ROLES},
        given=request.form,
        refused=refused,
    )


def _username() -> str:
    """Raises ValidationFailed."""
    username = posted.words("username", 64).lower()
    if not _USERNAME.fullmatch(username):
        raise ValidationFailed()
    return username


def _name() -> str:
    """Raises ValidationFailed."""
    name = posted.words("name")
    if not name:
        raise ValidationFailed()
    return name
