"""Writing to tablets: to everybody who works in an area, or to whoever carries one."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers, policy, problems
from survey_server.services import devices, messages
from survey_server.services.messages import Draft
from survey_server.store.base import db
from survey_server.web import csrf, people, places, posted

LONGEST_MESSAGE = 500


def add_to(pages: Blueprint) -> None:
    every = "/surveys/<survey>/devices"
    pages.add_url_rule(f"{every}/message", view_func=send_message, methods=["POST"])
    pages.add_url_rule(f"{every}/<int:device>/message", view_func=send_to_person, methods=["POST"])


def may_write(survey: str) -> bool:
    held = {one.role for one in callers.all_scopes() if one.survey_code == survey}
    return bool(held & policy.line_of("web.send_message").roles)


def send_message(survey: str) -> Response:
    """To the area of the address; without one, to the sender's only one."""
    csrf.check()
    here = places.here(survey)
    if here.area is None:
        raise problems.ValidationFailed(errors=[{"pointer": "/area", "code": "required"}])
    _send(survey, here.area.code, None)
    area = request.args.get("area") or None
    return _done(url_for("web.devices_page", survey=survey, area=area, done="message_sent"))


def send_to_person(survey: str, device: int) -> Response:
    csrf.check()
    row = devices.device_of(
        db.session(), survey, posted.known_id(device), people.areas_in(survey), callers.now()
    )
    _send(survey, None, row.person_id)
    return _done(url_for("web.device_page", survey=survey, device=row.id, done="message_sent"))


def _send(survey: str, area: str | None, person: int | None) -> None:
    """Raises ValidationFailed for no words, or NotFound for somebody who works nowhere here."""
    text = posted.lines("text", LONGEST_MESSAGE)
    if not text:
        raise problems.ValidationFailed(errors=[{"pointer": "/text", "code": "required"}])
    session, areas = db.session(), people.areas_in(survey)
    draft = Draft(survey, area, person, text)
    messages.send_message(session, draft, people.viewer().person_id, areas, callers.now())
    session.commit()


def _done(address: str) -> Response:
    return redirect(address, 303)
