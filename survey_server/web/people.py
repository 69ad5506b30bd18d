"""Who is looking, and the session that says so."""

from flask import (
    Blueprint,
    Response as FlaskResponse,
    current_app,
    g,
    redirect,
    render_template,
    url_for,
)
from werkzeug.wrappers import Response

from survey_server import callers, problems
from survey_server.callers import COOKIE
from survey_server.domain.people import Viewer
from survey_server.services.people import Door
from survey_server.web import cookies, csrf


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/", view_func=home)
    pages.app_template_global("form_token")(csrf.token)
    pages.app_template_global("looking")(looking)


def viewer() -> Viewer:
    """Who is signed in, with the scopes of those roles that the page is for."""
    found = callers.current().viewer
    if found is None:
        raise problems.Unauthenticated()
    return found


def looking() -> Viewer | None:
    """For the frame of a page, which is also shown to strangers."""
    caller: callers.Caller | None = g.get("caller")
    return caller.viewer if caller else None


def areas_in(survey: str) -> list[int]:
    """Raises NotFound for a survey that is not theirs."""
    areas = viewer().areas_in(survey)
    if not areas:
        raise problems.NotFound()
    return areas


def door() -> Door:
    found: Door = current_app.extensions["door"]
    return found


def home() -> Response | str:
    surveys = sorted({scope.survey_code for scope in viewer().scopes})
    if not surveys:
        return render_template("no_survey.html")
    return redirect(url_for("web.coverage_page", survey=surveys[0]), 303)


def signed_in(response: Response | FlaskResponse, token: str) -> None:
    cookies.put(response, COOKIE, token)


def signed_out(response: Response | FlaskResponse) -> None:
    cookies.drop(response, COOKIE)
