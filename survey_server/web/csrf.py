"""Only our own pages may post to us.

A page carries the random value that its cookie holds; another site can make a browser send the
cookie, but cannot read it to fill in the form. SameSite is a second wall, not the only one.
"""

import secrets

from flask import Response, after_this_request, g, request

from survey_server import problems

COOKIE = "survey_form"
FIELD = "form_token"


def token() -> str:
    """The value for a form's hidden field; sets the cookie where there is none yet."""
    known: str | None = request.cookies.get(COOKIE) or g.get("form_token")
    if known:
        return known
    g.form_token = made = secrets.token_urlsafe(32)

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            COOKIE, made, httponly=True, samesite="Strict", secure=request.is_secure
        )
        return response

    return made


def check() -> None:
    """Raises CsrfFailed."""
    kept = request.cookies.get(COOKIE, "").encode()
    sent = request.form.get(FIELD, "").encode()
    if not kept or not secrets.compare_digest(kept, sent):
        raise problems.CsrfFailed()
