"""My tokens for programs: made for one purpose, shown once, ended when they are not needed."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers
from survey_server.domain.people import PROGRAM_SCOPES, needs_second_factor
from survey_server.problems import ParamInvalid, ValidationFailed
from survey_server.services import people as services
from survey_server.store import people as stored
from survey_server.store.base import db
from survey_server.web import csrf, people, posted
from survey_server.web.words import PROGRAM_SCOPE_WORDS

LONGEST_NAME = 100
DAYS = (7, 30, 90, 365)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/account/tokens", view_func=tokens_page)
    pages.add_url_rule("/account/tokens", view_func=make_token, methods=["POST"])
    pages.add_url_rule(
        "/account/tokens/<int:token_id>/revoke", view_func=revoke_token, methods=["POST"]
    )


def tokens_page() -> str:
    return _page()


def make_token() -> str | tuple[str, int]:
    csrf.check()
    session, who, now = db.session(), people.viewer(), callers.now()
    name = posted.words("name", LONGEST_NAME)
    scopes = [one for one in request.form.getlist("scopes") if one in PROGRAM_SCOPES]
    try:
        days = posted.whole_number("days", 1, max(DAYS))
        if not name or not scopes:
            raise ValidationFailed()
        made = services.make_token(session, who, name, scopes, days, now)
    except (ParamInvalid, ValidationFailed):
        session.rollback()
        return _page(incomplete=True), ValidationFailed.status
    session.commit()
    return render_template("token_made.html", made=made, name=name)


def revoke_token(token_id: int) -> Response:
    csrf.check()
    session = db.session()
    services.revoke_own(session, people.viewer(), posted.known_id(token_id), callers.now())
    session.commit()
    return redirect(url_for("web.tokens_page", done="token_revoked"), 303)


def _page(incomplete: bool = False) -> str:
    session, who, now = db.session(), people.viewer(), callers.now()
    tokens = stored.tokens_of(session, who.person_id)
    return render_template(
        "tokens.html",
        tokens=[one for one in tokens if one.revoked_at is None and one.expires_at > now],
        ended=[one for one in tokens if one.revoked_at is not None or one.expires_at <= now],
        may_make=needs_second_factor(scope.role for scope in who.scopes),
        scopes=PROGRAM_SCOPE_WORDS,
        days=DAYS,
        incomplete=incomplete,
    )
