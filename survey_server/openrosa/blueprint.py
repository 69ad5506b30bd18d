"""Where the views of the OpenRosa door are registered, and what each of its answers carries."""

from flask import Blueprint, Response

blueprint = Blueprint("openrosa", __name__, url_prefix="/openrosa")

PREFIX = "/openrosa"
# What a client is told that it may send at once. Collect splits what is larger, file by file; it
# counts contents alone, so that names and boundaries of many files come on top of them.
TOLD_BYTES = 10_000_000
LARGEST_SUBMISSION = 10 * 1024 * 1024
HEADERS = {
    "X-OpenRosa-Version": "1.0",
    "X-OpenRosa-Accept-Content-Length": str(TOLD_BYTES),
}


@blueprint.after_request
def carry_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
