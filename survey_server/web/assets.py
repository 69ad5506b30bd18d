"""Style and fonts: served from here, kept by the browser until they change.

An address carries a digest of the file, or a version in its path, so it may be kept for a year.
Pages are about people and change all the time: they are never kept, and are sent compressed.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for

STATIC = Path(__file__).parent / "static"
A_YEAR = "public, max-age=31536000, immutable"
SMALLEST_GZIP = 1400


def add_to(pages: Blueprint) -> None:
    pages.app_template_global("asset")(asset)
    pages.after_request(_finish)


def asset(name: str) -> str:
    return url_for("web.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _finish(response: Response) -> Response:
    if request.endpoint == "web.static":
        if response.status_code == 200 and ("v" in request.args or "/vendor/" in request.path):
            response.headers["Cache-Control"] = A_YEAR
        return response
    return send_private(response)


def send_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Cookie", "Accept-Encoding"))
    if request.accept_encodings["gzip"] > 0 and (response.content_length or 0) >= SMALLEST_GZIP:
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
