"""A tablet is refused from now on, or is lost: asked first, with what follows from it."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from survey_server import callers
from survey_server.services import devices as services
from survey_server.store.base import db
from survey_server.store.devices import DeviceRow, Ending
from survey_server.web import csrf, people, places, posted
from survey_server.web.words import REVISIT_WORDS

LONGEST_REASON = 300


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/devices/<int:device>"
    pages.add_url_rule(f"{one}/revoke", view_func=revoke_page)
    pages.add_url_rule(f"{one}/revoke", view_func=revoke_device, methods=["POST"])
    pages.add_url_rule(f"{one}/lost", view_func=lost_page)
    pages.add_url_rule(f"{one}/lost", view_func=report_lost, methods=["POST"])
    pages.add_url_rule(f"{one}/to-revisit", view_func=revisit_page)


def revoke_page(survey: str, device: int) -> str:
    return render_template(
        "device_revoke.html", here=places.here(survey), device=_device(survey, device)
    )


def revoke_device(survey: str, device: int) -> Response:
    csrf.check()
    session, areas = db.session(), people.areas_in(survey)
    services.revoke(session, survey, posted.known_id(device), areas, _ending("office"))
    session.commit()
    return redirect(url_for("web.device_page", survey=survey, device=device, done="revoked"), 303)


def lost_page(survey: str, device: int) -> str:
    return render_template(
        "device_lost.html", here=places.here(survey), device=_device(survey, device)
    )


def report_lost(survey: str, device: int) -> Response:
    csrf.check()
    session, areas = db.session(), people.areas_in(survey)
    services.report_lost(session, survey, posted.known_id(device), areas, _ending("lost"))
    session.commit()
    return redirect(url_for("web.revisit_page", survey=survey, device=device), 303)


def revisit_page(survey: str, device: int) -> str:
    found = services.still_to_revisit(
        db.session(),
        survey,
        posted.known_id(device),
        people.areas_in(survey),
        people.viewer().person_id,
        callers.now(),
    )
    return render_template(
        "device_revisit.html", here=places.here(survey), found=found, why=REVISIT_WORDS
    )


def _device(survey: str, device: int) -> DeviceRow:
    return services.device_of(
        db.session(), survey, posted.known_id(device), people.areas_in(survey), callers.now()
    )


def _ending(word: str) -> Ending:
    reason = posted.words("reason", LONGEST_REASON) or None
    return Ending(word, callers.now(), people.viewer().person_id, reason)
