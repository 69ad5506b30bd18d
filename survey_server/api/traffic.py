"""What holds for every answer: a request id, gzip where it pays, and headers that protect."""

import gzip
import uuid

import structlog
from flask import Flask, Response, g, request

from survey_server.callers import over_tls

SMALLEST_GZIP = 1400
# Not pages: their tokens could be guessed by the size of what is packed together with them.
PACKED = ("application/", "text/xml", "text/csv")
# Style and fonts are about nobody, and may be kept.
STATIC = "web.static"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    # No other site's page may hold a window or a file of ours, or ask for sensors in our name.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_PROTECTING = tuple((one[0].lower(), one) for one in HEADERS.items())
TWO_YEARS = "max-age=63072000; includeSubDomains"


def register(app: Flask) -> None:
    app.before_request(_name_request)
    app.after_request(_finish)


def _name_request() -> None:
    # Our own id, not the client's: what is logged is never what somebody sent.
    g.request_id = uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    told = {name.lower() for name, _ in response.headers}
    response.headers.extend([one for name, one in _PROTECTING if name not in told])
    if over_tls():
        response.headers["Strict-Transport-Security"] = TWO_YEARS
    if request.endpoint != STATIC:
        response.headers.setdefault("Cache-Control", "no-store")
    if (response.mimetype or "").startswith(PACKED):
        _compress(response)
    return response


def _compress(response: Response) -> None:
    if (
        response.direct_passthrough
        or response.status_code not in (200, 201, 202)
        or "Content-Encoding" in response.headers
        or request.accept_encodings["gzip"] <= 0
        or (response.content_length or 0) < SMALLEST_GZIP
    ):
        return
    response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
