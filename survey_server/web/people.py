"""Signing in and out, and who is looking.

The browser holds a session's token in a cookie that no script can read. Every failure to sign in
looks the same, so that nobody learns which names exist.
"""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers, problems
from survey_server.callers import COOKIE
from survey_server.domain.people import Viewer
from survey_server.problems import LoginFailed
from survey_server.services import people as services
from survey_server.store.base import db
from survey_server.web import csrf

LONGEST_NEXT = 500


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/", view_func=home)
    pages.add_url_rule("/sign-in", view_func=sign_in_page)
    pages.add_url_rule("/sign-in", view_func=sign_in, methods=["POST"])
    pages.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
    pages.app_template_global("form_token")(csrf.token)


def viewer() -> Viewer:
    """Who is signed in, with the scopes of those roles that the page is for."""
    found = callers.current().viewer
    if found is None:
        raise problems.Unauthenticated()
    return found


def home() -> Response | str:
    surveys = sorted({scope.survey_code for scope in viewer().scopes})
    if not surveys:
        return render_template("no_survey.html")
    return redirect(url_for("web.coverage_page", survey=surveys[0]), 303)


def sign_in_page() -> str:
    return render_template("sign_in.html", next=_local(request.args.get("next", "")))


def sign_in() -> Response | tuple[str, int] | Any:
    csrf.check()
    username = request.form.get("username", "")
    next_page = _local(request.form.get("next", ""))
    attempt = services.Attempt(
        username,
        request.form.get("password", ""),
        request.form.get("code", ""),
        request.remote_addr,
        request.user_agent.string,
    )
    door = current_app.extensions["door"]
    outcome = services.sign_in(db.session(), door, attempt, callers.now())
    db.session.commit()
    if isinstance(outcome, LoginFailed):
        page = render_template("sign_in.html", next=next_page, failed=True, username=username)
        return page, LoginFailed.status
    token = services.or_raise(outcome).token
    response = redirect(next_page or url_for("web.home"), 303)
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )
    return response


def sign_out() -> Response:
    csrf.check()
    if token := request.cookies.get(COOKIE):
        services.sign_out(db.session(), token)
        db.session.commit()
    response = redirect(url_for("web.sign_in_page"), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _local(address: str) -> str:
    """Only a path of this server: anything else could lead a person to a copy of this page."""
    plain = address.isprintable() and "\\" not in address and len(address) <= LONGEST_NEXT
    return address if plain and address.startswith("/") and address[1:2] != "/" else ""
