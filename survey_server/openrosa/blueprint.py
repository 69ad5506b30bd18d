"""Where the views of the OpenRosa door are registered, and what each of its answers carries."""

from flask import Blueprint, Flask, Response, current_app

blueprint = Blueprint("openrosa", __name__, url_prefix="/openrosa")

PREFIX = "/openrosa"
LARGEST_SUBMISSION = 10 * 1024 * 1024
# What a client is told that it may send at once, if a single file may be so large. Collect splits
# what is more, file by file; Enketo takes no file that is larger. Both count contents alone, so
# that the XML, names and boundaries of many files come on top of them.
TOLD_BYTES = 8_000_000
_HEADERS = "openrosa_headers"


def tell_bounds(app: Flask) -> None:
    most = min(TOLD_BYTES, app.extensions["settings"].attachment_bytes)
    app.extensions[_HEADERS] = {
        "X-OpenRosa-Version": "1.0",
        "X-OpenRosa-Accept-Content-Length": str(most),
    }


@blueprint.after_request
def carry_headers(response: Response) -> Response:
    response.headers.update(current_app.extensions[_HEADERS])
    return response
