"""What holds for every answer: a request id, gzip where it pays, and headers that protect."""

import gzip
from collections.abc import Callable, Iterable
from os import urandom
from typing import Any

import structlog
from flask import Flask, Response, request

from survey_server.protecting import HEADERS

SMALLEST_GZIP = 1400
# Not pages: their tokens could be guessed by the size of what is packed together with them.
PACKED = ("application/", "text/xml", "text/csv")
_PROTECTING = tuple((one[0].lower(), one) for one in HEADERS.items())
TWO_YEARS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
NOT_KEPT = ("Cache-Control", "no-store")
# Where the id of a request stands in its environment.
REQUEST_ID = "survey_server.request_id"

Environ = dict[str, Any]
Told = list[tuple[str, str]]


def register(app: Flask) -> None:
    app.wsgi_app = EveryAnswer(  # type: ignore[method-assign, assignment]
        app.wsgi_app, tls=bool(app.extensions["settings"].tls)
    )
    app.after_request(_compress)


class EveryAnswer:
    """Around the application, so that whatever answers for it is named and protected, too."""

    def __init__(self, application: Callable[[Environ, Any], Iterable[bytes]], tls: bool) -> None:
        self.application = application
        self.tls = tls

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        # Our own id, not the client's: what is logged is never what somebody sent.
        name = environ[REQUEST_ID] = urandom(16).hex()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)

        def begin(status: str, headers: Told, *failure: Any) -> Any:
            encrypted = self.tls or environ["wsgi.url_scheme"] == "https"
            return start(status, _whole(headers, name, encrypted), *failure)

        return self.application(environ, begin)


def _whole(headers: Told, name: str, encrypted: bool) -> Told:
    told = {name.lower() for name, _ in headers}
    whole = [*headers, ("X-Request-Id", name)]
    whole += [one for lower, one in _PROTECTING if lower not in told]
    if encrypted:
        whole.append(TWO_YEARS)
    if "cache-control" not in told:
        whole.append(NOT_KEPT)
    return whole


def _compress(response: Response) -> Response:
    if (
        (response.content_length or 0) < SMALLEST_GZIP
        or response.direct_passthrough
        or response.status_code not in (200, 201, 202)
        or not (response.mimetype or "").startswith(PACKED)
        or "Content-Encoding" in response.headers
        or request.accept_encodings["gzip"] <= 0
    ):
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response
