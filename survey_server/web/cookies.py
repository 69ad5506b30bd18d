"""Cookies of pages: out of reach of scripts, encrypted on the way wherever the page was."""

from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from survey_server.callers import cookie_name, over_tls


def put(
    response: Response | FlaskResponse,
    name: str,
    value: str,
    samesite: str = "Lax",
    max_age: int | None = None,
) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age,
        httponly=True,
        samesite=samesite,
        secure=over_tls(),
        path="/",
    )


def drop(response: Response | FlaskResponse, name: str, samesite: str = "Lax") -> None:
    response.delete_cookie(
        cookie_name(name), path="/", httponly=True, samesite=samesite, secure=over_tls()
    )
