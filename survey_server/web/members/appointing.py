"""Roles given and ended, accounts disabled and enabled, and a way back in for who forgot.

What hits somebody asks first, and says what follows from it.
"""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from survey_server import callers, problems
from survey_server.domain.people import ROLES
from survey_server.problems import Forbidden, NotFound, Problem, RoleHeld, ValidationFailed
from survey_server.refusals import note_refusal
from survey_server.services import people as services
from survey_server.store import people as stored
from survey_server.store.base import db
from survey_server.web import csrf, people, places, posted
from survey_server.web.links import public_address
from survey_server.web.members.listing import written


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/people/<int:person>"
    pages.add_url_rule(f"{one}/roles", view_func=appoint, methods=["POST"])
    pages.add_url_rule(f"{one}/roles/<int:role>/end", view_func=end_role_page)
    pages.add_url_rule(f"{one}/roles/<int:role>/end", view_func=end_role, methods=["POST"])
    pages.add_url_rule(f"{one}/disable", view_func=disable_page)
    pages.add_url_rule(f"{one}/disable", view_func=disable, methods=["POST"])
    pages.add_url_rule(f"{one}/enable", view_func=enable, methods=["POST"])
    pages.add_url_rule(f"{one}/reset", view_func=reset_link_page)
    pages.add_url_rule(f"{one}/reset", view_func=make_reset_link, methods=["POST"])


def wanted_appointment() -> services.Appointment:
    """Of the posted form. Raises ValidationFailed."""
    role, area = posted.words("role", 40), posted.words("area", places.LONGEST_CODE)
    days = stored.Days(posted.day("valid_from"), posted.day("valid_to"))
    upside_down = days.valid_from and days.valid_to and days.valid_to < days.valid_from
    if role not in ROLES or not area or upside_down:
        raise ValidationFailed()
    return services.Appointment(role, area, days)


def appoint(survey: str, person: int) -> Response | tuple[str, int]:
    csrf.check()
    session, who = db.session(), people.viewer()
    try:
        wanted = wanted_appointment()
        services.appoint(session, who, survey, posted.known_id(person), wanted, callers.now())
    except (RoleHeld, Forbidden, NotFound, ValidationFailed) as refused:
        session.rollback()
        page = written(survey, person, refused=refusal(refused))
        note_refusal(refused)
        return page, refused.status
    session.commit()
    return _back(survey, person, "role_given")


def refusal(refused: Problem) -> str:
    """A key of the page's sentences: the areas and roles of a form are what was typed."""
    return {NotFound: "area", Forbidden: "role", RoleHeld: "held"}.get(type(refused), "form")


def end_role_page(survey: str, person: int, role: int) -> str:
    member = services.member(
        db.session(), people.viewer(), survey, posted.known_id(person), callers.now()
    )
    held = next((one for one in member.roles if one.id == role and one.held), None)
    if held is None:
        raise problems.NotFound()
    return render_template("role_end.html", here=places.here(survey), member=member, held=held)


def end_role(survey: str, person: int, role: int) -> Response:
    csrf.check()
    session, who = db.session(), people.viewer()
    services.end_role(
        session, who, survey, posted.known_id(person), posted.known_id(role), callers.now()
    )
    session.commit()
    return _back(survey, person, "role_ended")


def disable_page(survey: str, person: int) -> str:
    member = services.member(
        db.session(), people.viewer(), survey, posted.known_id(person), callers.now()
    )
    return render_template("person_disable.html", here=places.here(survey), member=member)


def disable(survey: str, person: int) -> Response:
    csrf.check()
    session, who = db.session(), people.viewer()
    services.disable(session, who, survey, posted.known_id(person), callers.now())
    session.commit()
    return _back(survey, person, "disabled")


def enable(survey: str, person: int) -> Response:
    csrf.check()
    session, who = db.session(), people.viewer()
    services.enable(session, who, survey, posted.known_id(person), callers.now())
    session.commit()
    return _back(survey, person, "enabled")


def reset_link_page(survey: str, person: int) -> str:
    member = services.member(
        db.session(), people.viewer(), survey, posted.known_id(person), callers.now()
    )
    return render_template("person_reset.html", here=places.here(survey), member=member)


def make_reset_link(survey: str, person: int) -> str:
    """Shown in the answer itself, and never again."""
    csrf.check()
    session, who, now = db.session(), people.viewer(), callers.now()
    member = services.member(session, who, survey, posted.known_id(person), now)
    drops = posted.words("drops_second_factor") == "1"
    made = services.reset_link(session, who, survey, member.id, drops, now)
    session.commit()
    return render_template(
        "person_reset.html",
        here=places.here(survey),
        member=member,
        link=public_address() + url_for("web.reset_page", token=made.token),
        expires_at=made.expires_at,
    )


def _back(survey: str, person: int, done: str) -> Response:
    return redirect(url_for("web.person_page", survey=survey, person=person, done=done), 303)
