"""My account: who I am here, my password, and where I am signed in."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers
from survey_server.problems import LoginFailed, PasswordRefused
from survey_server.services import people as services
from survey_server.store import people as stored
from survey_server.store.base import db
from survey_server.web import csrf, people, places, posted
from survey_server.web.words import client_word

COOKIE = callers.COOKIE


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/account", view_func=account_page)
    pages.add_url_rule("/account/password", view_func=password_page)
    pages.add_url_rule("/account/password", view_func=change_password, methods=["POST"])
    pages.add_url_rule(
        "/account/sessions/<int:session_id>/end", view_func=end_session, methods=["POST"]
    )
    pages.add_url_rule(
        "/account/sessions/end-others", view_func=end_other_sessions, methods=["POST"]
    )


def account_page() -> str:
    session, who, now = db.session(), people.viewer(), callers.now()
    here = stored.session_of(session, callers.cookie(COOKIE), now)
    return render_template(
        "account.html",
        account=services.account_now(session, who),
        posts=places.posts_of(who),
        sessions=stored.sessions_of(session, who.person_id, now),
        here=here.id if here else None,
        client_word=client_word,
    )


def password_page() -> str:
    return _password_form()


def change_password() -> Response | tuple[str, int]:
    csrf.check()
    session, person, now = db.session(), people.viewer().person_id, callers.now()
    new = posted.secret("password")
    # nosemgrep: secret-compared-with-equals - typed twice by one person
    if new != posted.secret("again"):
        return _password_form(differ=True), PasswordRefused.status
    try:
        outcome = services.change_own_password(
            session, person, posted.secret("old"), new, now, posted.words("revokes_tokens") == "1"
        )
    except PasswordRefused as refused:
        session.rollback()
        page = _password_form(faults=posted.sentences(refused))
        return page, refused.status
    session.commit()
    if isinstance(outcome, LoginFailed):
        return _password_form(wrong_old=True), LoginFailed.status
    services.or_raise(outcome)
    client = request.user_agent.string
    opened = services.open_session(session, people.door(), person, client, now)
    session.commit()
    response = make_response(redirect(url_for("web.account_page", done="password_changed"), 303))
    people.signed_in(response, opened.token)
    return response


def end_session(session_id: int) -> Response:
    csrf.check()
    session, person = db.session(), people.viewer().person_id
    services.end_session(session, person, posted.known_id(session_id))
    session.commit()
    return redirect(url_for("web.account_page", done="session_ended"), 303)


def end_other_sessions() -> Response:
    csrf.check()
    session, person = db.session(), people.viewer().person_id
    services.end_other_sessions(session, person, callers.cookie(COOKIE))
    session.commit()
    return redirect(url_for("web.account_page", done="sessions_ended"), 303)


def _password_form(**wrong: Any) -> str:
    session, person = db.session(), people.viewer().person_id
    account = stored.account_of(session, person)
    tokens = stored.tokens_of(session, person)
    return render_template(
        "password.html",
        username=account.username if account else "",
        has_tokens=any(one.revoked_at is None for one in tokens),
        **wrong,
    )
