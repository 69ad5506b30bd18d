"""Only our own pages may post to us.

A page carries the random value that its cookie holds; another site can make a browser send the
cookie, but cannot read it to fill in the form. SameSite is a second wall, not the only one.
"""

import secrets
from urllib.parse import urlsplit

from flask import Response, after_this_request, g, request

from survey_server import problems
from survey_server.callers import cookie
from survey_server.web import cookies

COOKIE = "survey_form"
FIELD = "form_token"


def token() -> str:
    """The value for a form's hidden field; sets the cookie where there is none yet."""
    known: str | None = cookie(COOKIE) or g.get("form_token")
    if known:
        return known
    g.form_token = made = secrets.token_urlsafe(32)

    @after_this_request
    def keep(response: Response) -> Response:
        cookies.put(response, COOKIE, made, samesite="Strict")
        return response

    return made


def check() -> None:
    """Raises CsrfFailed."""
    if not _from_our_pages():
        raise problems.CsrfFailed()
    kept = cookie(COOKIE).encode()
    sent = request.form.get(FIELD, "").encode()
    if not kept or not secrets.compare_digest(kept, sent):
        raise problems.CsrfFailed()


def _from_our_pages() -> bool:
    """As the browser says, whom no page can make lie. Old browsers name the origin only; a proxy
    that passes another host name on must pass the browser's too."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
