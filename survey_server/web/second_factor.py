"""Setting the second factor up: a QR picture for the app, a code that proves it, ten spare codes.

Whoever has one already proves it before it is replaced. The spare codes are shown once.
"""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers
from survey_server.problems import SecondFactorNeeded, SecondFactorWrong
from survey_server.services import people as services
from survey_server.services.devices import svg_of
from survey_server.services.people import second_factor
from survey_server.store import people as stored
from survey_server.store.base import db
from survey_server.web import csrf, people, posted

LONGEST_CODE = 40


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/account/second-factor", view_func=second_factor_page)
    pages.add_url_rule("/account/second-factor", view_func=begin_second_factor, methods=["POST"])
    pages.add_url_rule("/account/second-factor/scan", view_func=scan_page)
    pages.add_url_rule(
        "/account/second-factor/scan", view_func=confirm_second_factor, methods=["POST"]
    )
    pages.add_url_rule("/account/recovery-codes", view_func=renew_recovery_codes, methods=["POST"])


def second_factor_page() -> str:
    return _first_page()


def begin_second_factor() -> Response | tuple[str, int]:
    csrf.check()
    session, person = db.session(), people.viewer().person_id
    code = posted.words("code", LONGEST_CODE)
    outcome = second_factor.begin(session, people.door(), person, code, callers.now())
    session.commit()
    if isinstance(outcome, SecondFactorNeeded | SecondFactorWrong):
        return _first_page(failed="begin"), SecondFactorWrong.status
    services.or_raise(outcome)
    return redirect(url_for("web.scan_page"), 303)


def scan_page() -> Response | str:
    return _scan(failed=False) or redirect(url_for("web.second_factor_page"), 303)


def confirm_second_factor() -> Response | tuple[str, int]:
    csrf.check()
    session, person, now = db.session(), people.viewer().person_id, callers.now()
    code = posted.words("code", LONGEST_CODE)
    outcome = second_factor.confirm(session, people.door(), person, code, now)
    session.commit()
    if isinstance(outcome, SecondFactorWrong):
        page = _scan(failed=True)
        if page is None:
            return redirect(url_for("web.second_factor_page"), 303)
        return page, SecondFactorWrong.status
    codes = services.or_raise(outcome)
    client = request.user_agent.string
    opened = services.open_session(session, people.door(), person, client, callers.now())
    session.commit()
    response = make_response(render_template("recovery_codes.html", codes=codes, first=True))
    people.signed_in(response, opened.token)
    return response


def renew_recovery_codes() -> str | tuple[str, int]:
    csrf.check()
    session, person = db.session(), people.viewer().person_id
    code = posted.words("code", LONGEST_CODE)
    outcome = second_factor.renew_recovery_codes(
        session, people.door(), person, code, callers.now()
    )
    session.commit()
    if isinstance(outcome, SecondFactorNeeded | SecondFactorWrong):
        return _first_page(failed="renew"), SecondFactorWrong.status
    return render_template("recovery_codes.html", codes=services.or_raise(outcome), first=False)


def _first_page(failed: str = "") -> str:
    session, person = db.session(), people.viewer().person_id
    return render_template(
        "second_factor.html",
        has_one=stored.second_factor_of(session, person).sealed is not None,
        left=stored.recovery_codes_left(session, person),
        failed=failed,
    )


def _scan(failed: bool) -> str | None:
    person = people.viewer().person_id
    setup = second_factor.pending_setup(db.session(), people.door(), person)
    if setup is None:
        return None
    groups = [setup.secret[place : place + 4] for place in range(0, len(setup.secret), 4)]
    return render_template(
        "second_factor_scan.html", svg=svg_of(setup.address), groups=groups, failed=failed
    )
