"""Where a client finds things, and the key that may stand in an address.

    /openrosa/formList                 as a user and a password (Basic)
    /openrosa/key/<secret>/formList    the same, with the tablet's secret in the address

However many slashes a client puts between or behind, it means the same address: not every client
follows a redirect with an upload in its hands.

An address is written down everywhere: in logs, in histories. So the secret is taken out of it
before anything else sees the request, and only answers to its owner spell it out again. What
gunicorn says of requests that never came that far is masked as well.
"""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, request

from survey_server.callers import ADDRESS_KEY, over_tls
from survey_server.openrosa.blueprint import PREFIX

MASK = "***"
_SLASHES = re.compile(f"/+{PREFIX[1:]}(/.*)?", re.DOTALL)
_KEYED = re.compile(f"{PREFIX}/key/([^/]*)/?(.*)", re.DOTALL)
_SPELLED = re.compile(rf"({PREFIX}/+key/+)[^/\s?\"']+")
_LOGS = ("gunicorn.error", "gunicorn.access")

Environ = dict[str, Any]


def register(app: Flask) -> None:
    app.wsgi_app = KeyTakenOut(app.wsgi_app)  # type: ignore[method-assign, assignment]
    for name in _LOGS:
        logging.getLogger(name).addFilter(masked)


def masked(record: logging.LogRecord) -> bool:
    told = record.getMessage()
    if _SPELLED.search(told):
        record.msg, record.args = _SPELLED.sub(rf"\g<1>{MASK}", told), ()
    return True


class KeyTakenOut:
    """Before the application, and before whoever logs the request afterwards."""

    def __init__(self, application: Callable[[Environ, Any], Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if ("//" in path or path.endswith("/")) and _SLASHES.fullmatch(path):
            path = environ["PATH_INFO"] = re.sub("/+", "/", path).rstrip("/")
        keyed = _KEYED.fullmatch(path)
        if keyed is not None:
            environ[ADDRESS_KEY], rest = keyed.groups()
            environ["PATH_INFO"] = f"{PREFIX}/{rest}"
            for name in ("RAW_URI", "REQUEST_URI"):
                if name in environ:
                    environ[name] = _spelled(rest, environ.get("QUERY_STRING", ""))
        return self.application(environ, start)


def _spelled(rest: str, query: str) -> str:
    path = f"{PREFIX}/key/{MASK}/{quote(rest.encode('latin-1'))}"
    return f"{path}?{query}" if query else path


def base() -> str:
    """The door's address as this caller came to it, or as the settings say, without a slash."""
    chosen: str = current_app.extensions["settings"].public_url
    way = "https" if over_tls() else "http"
    address = (chosen or f"{way}://{request.host}") + PREFIX
    key = request.environ.get(ADDRESS_KEY)
    return address if key is None else f"{address}/key/{quote(key, safe='')}"
