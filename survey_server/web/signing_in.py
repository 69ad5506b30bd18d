"""Signing in: the password on one page, the code of the second factor on the next; and out again.

Every failure to sign in looks the same, so that nobody learns which names exist.
"""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers, problems
from survey_server.callers import COOKIE
from survey_server.problems import LoginFailed, SecondFactorNeeded, SecondFactorWrong
from survey_server.services import people as services
from survey_server.services.people import two_steps
from survey_server.store.base import db
from survey_server.web import cookies, csrf, people, posted

LONGEST_NEXT = 500
# The password was right; see services/people/two_steps.py.
NOTE = "survey_first_step"
LONGEST_NOTE = 2000


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/sign-in", view_func=sign_in_page)
    pages.add_url_rule("/sign-in", view_func=sign_in, methods=["POST"])
    pages.add_url_rule("/sign-in/code", view_func=code_page)
    pages.add_url_rule("/sign-in/code", view_func=sign_in_with_code, methods=["POST"])
    pages.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])


def sign_in_page() -> str:
    had_session = bool(callers.cookie(COOKIE))
    return render_template(
        "sign_in.html",
        next=_local(request.args.get("next", "")),
        ended=had_session and not request.args.get("done"),
    )


def sign_in() -> Response | tuple[str, int]:
    csrf.check()
    session, now = db.session(), callers.now()
    username = request.form.get("username", "")
    next_page = _local(request.form.get("next", ""))
    attempt = services.Attempt(
        username,
        request.form.get("password", ""),
        "",
        request.remote_addr,
        request.user_agent.string,
    )
    outcome = services.sign_in(session, people.door(), attempt, now)
    session.commit()
    if isinstance(outcome, LoginFailed):
        page = render_template("sign_in.html", next=next_page, failed=True, username=username)
        return page, LoginFailed.status
    if isinstance(outcome, SecondFactorNeeded):
        note = two_steps.note_of(session, people.door(), username, now)
        response = redirect(url_for("web.code_page", next=next_page or None), 303)
        cookies.put(response, NOTE, note or "", "Strict", two_steps.GOOD_FOR.seconds)
        return response
    return _opened(services.or_raise(outcome), next_page)


def code_page() -> Response | str:
    note = callers.cookie(NOTE)[:LONGEST_NOTE]
    next_page = _local(request.args.get("next", ""))
    if not two_steps.is_good(db.session(), people.door(), note, callers.now()):
        return redirect(url_for("web.sign_in_page", next=next_page or None), 303)
    return render_template("sign_in_code.html", next=next_page)


def sign_in_with_code() -> Response | tuple[str, int]:
    csrf.check()
    session = db.session()
    next_page = _local(request.form.get("next", ""))
    second = two_steps.Second(
        callers.cookie(NOTE)[:LONGEST_NOTE],
        posted.words("code", 40),
        request.user_agent.string,
    )
    outcome = two_steps.finish(session, people.door(), second, callers.now())
    session.commit()
    if isinstance(outcome, SecondFactorNeeded | SecondFactorWrong):
        page = render_template("sign_in_code.html", next=next_page, failed=True)
        return page, SecondFactorWrong.status
    if isinstance(outcome, problems.LoginFailed):
        # Five minutes are over, or the password was changed meanwhile.
        page = render_template("sign_in.html", next=next_page, late=True)
        return page, LoginFailed.status
    response = _opened(services.or_raise(outcome), next_page)
    cookies.drop(response, NOTE, "Strict")
    return response


def sign_out() -> Response:
    csrf.check()
    if token := callers.cookie(COOKIE):
        services.sign_out(db.session(), token)
        db.session.commit()
    response = redirect(url_for("web.sign_in_page", done="signed_out"), 303)
    people.signed_out(response)
    return response


def _opened(opened: services.SignedIn, next_page: str) -> Response:
    start = url_for("web.second_factor_page") if opened.setting_up else url_for("web.home")
    # nosemgrep: redirect-elsewhere - a path of this server, see _local
    response = make_response(redirect(start if opened.setting_up else next_page or start, 303))
    people.signed_in(response, opened.token)
    return response


def _local(address: str) -> str:
    """Only a path of this server: anything else could lead a person to a copy of this page."""
    plain = address.isprintable() and "\\" not in address and len(address) <= LONGEST_NEXT
    return address if plain and address.startswith("/") and address[1:2] != "/" else ""
