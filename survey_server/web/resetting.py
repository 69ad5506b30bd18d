"""A new password by a one-time link.

The link's token is in the path of this page alone. The page sends nobody on with it: no referrer,
nothing from elsewhere; and access logs leave out what follows /reset/.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers
from survey_server.problems import PasswordRefused, ResetLinkInvalid
from survey_server.services import people as services
from survey_server.store import people as stored
from survey_server.store.base import db
from survey_server.web import csrf, people, posted

LONGEST_TOKEN = 200


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/reset/<token>", view_func=reset_page)
    pages.add_url_rule("/reset/<token>", view_func=reset, methods=["POST"])


def reset_page(token: str) -> str | tuple[str, int]:
    return _form(token)


def reset(token: str) -> Response | str | tuple[str, int]:
    csrf.check()
    session = db.session()
    password = posted.secret("password")
    # nosemgrep: secret-compared-with-equals - typed twice by one person
    if password != posted.secret("again"):
        return _form(token, differ=True)
    try:
        outcome = services.use_reset(
            session,
            people.door(),
            token[:LONGEST_TOKEN],
            password,
            request.remote_addr,
            callers.now(),
        )
    except PasswordRefused as refused:
        session.rollback()
        return _form(token, faults=posted.sentences(refused))
    session.commit()
    if isinstance(outcome, ResetLinkInvalid):
        return render_template("reset_over.html"), outcome.status
    services.or_raise(outcome)
    return redirect(url_for("web.sign_in_page", done="password_set"), 303)


def _form(token: str, **wrong: Any) -> str | tuple[str, int]:
    digest = stored.sha256_of(token[:LONGEST_TOKEN])
    found = stored.reset_of(db.session(), digest, callers.now())
    if found is None:
        return render_template("reset_over.html"), ResetLinkInvalid.status
    page = render_template("reset.html", username=found.username, **wrong)
    return (page, PasswordRefused.status) if wrong else page
