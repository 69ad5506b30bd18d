"""What is no HTTP that can be read is refused before the application sees it.

In words like its own, and with nothing of what was sent in the log: a line that is no header may
well be a key.
"""

import json
from http import HTTPStatus
from os import urandom

from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)

from survey_server.problems import BadRequest
from survey_server.protecting import HEADERS

# What the application or whoever set it up did wrong, and no client.
_OURS = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)
_STATUSES: dict[type[Exception], HTTPStatus] = {
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}


def is_clients(fault: Exception) -> bool:
    return isinstance(fault, ParseException) and not isinstance(fault, _OURS)


def refusal(fault: Exception) -> bytes:
    """A whole answer, the last of its connection. Which language is wanted is not known."""
    status = _STATUSES.get(type(fault), HTTPStatus.BAD_REQUEST)
    name = urandom(16).hex()
    document = {
        "type": BadRequest.type(),
        "title": BadRequest.title_vi,
        "status": status,
        "code": BadRequest.code(),
        "detail": BadRequest.title_en,
        "retry": BadRequest.retry,
        "request_id": name,
        "errors": [],
    }
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {
        "Connection": "close",
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "X-Request-Id": name,
        "Cache-Control": "no-store",
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
