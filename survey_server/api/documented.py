"""Parts of the API's document that no view's schema tells: bodies that are read as bytes, problems,
and what each status means."""

from typing import Any

from survey_server.domain.intake.items import FIELDS, LONGEST_NAME, MOST_ATTACHMENTS
from survey_server.domain.sync import MOST_HAVE

Part = dict[str, Any]

PROBLEM_JSON = "application/problem+json"

_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}
_FAULT = {
    "type": "object",
    "properties": {"pointer": _TEXT, "code": _TEXT, "message": _TEXT},
    "required": ["pointer", "code", "message"],
}
PROBLEM: Part = {
    "type": "object",
    "description": "RFC 9457. `retry`: whether the same request may succeed later.",
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "request_id"), _TEXT),
        "status": {"type": "integer"},
        "retry": {"type": "boolean"},
        "errors": {"type": "array", "items": _FAULT},
    },
    "required": "type title status code detail retry request_id errors".split(),
}
SUBMISSION: Part = {
    "type": "object",
    "description": "`sha256` is over the exact bytes of `answers`, or of the decoded `xml`.",
    "properties": {
        **dict.fromkeys(sorted(FIELDS), _TEXT),
        **dict.fromkeys(("instance_id", "interview_id"), _UUID),
        "replaces": {"type": ["string", "null"], "format": "uuid"},
        "unit": {"type": ["string", "null"]},
        "revision": {"type": "integer", "minimum": 1},
        "answers": {"type": "object"},
        "attachments": {
            "type": "array",
            "maxItems": MOST_ATTACHMENTS,
            "description": "Its files; the answer to the question that asks for one is its name.",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
                    "sha256": {"type": "string", "minLength": 64, "maxLength": 64},
                    "bytes": {"type": "integer", "minimum": 1},
                },
                "required": ["name", "sha256"],
            },
        },
    },
    "required": "instance_id interview_id revision form_id form_version sha256".split(),
}
BATCH: Part = {
    "type": "object",
    "properties": {
        "batch_id": _UUID,
        "device_time": {
            "type": ["string", "null"],
            "description": "The tablet's clock, in RFC 3339; whatever it says, nothing is refused.",
        },
        "held": {"type": ["integer", "null"], "minimum": 0, "maximum": 1_000_000},
        "submissions": {"type": "array", "items": {"$ref": "#/components/schemas/Submission"}},
    },
    "required": ["batch_id", "submissions"],
}
BATCH_PARAMETERS: list[Part] = [
    {
        "name": "dry_run",
        "in": "query",
        "description": "`true`: nothing is kept; the answer, unsigned, says what would happen.",
        "schema": {"type": "boolean", "default": False},
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": "`validate=strict`: submissions that break a rule are rejected.",
        "schema": {"type": "string", "examples": ["validate=strict"]},
    },
]

NAME_IN_ADDRESS = (
    "As its author named it, percent-encoded; what has `/` or `\\` in it, is empty, `.` or `..`, or"
    " begins with `~` is spelled `~` and the base64url of its UTF-8 without padding. Lists tell"
    " every `url` so."
)
HAVE: Part = {
    "type": "object",
    "properties": {
        "instances": {
            "type": "array",
            "maxItems": MOST_HAVE,
            "items": {
                "type": "object",
                "properties": {
                    "instance_id": _UUID,
                    "sha256": {"type": "string", "minLength": 64, "maxLength": 64},
                },
                "required": ["instance_id", "sha256"],
            },
        }
    },
    "required": ["instances"],
}
BATCH_BODY = "May be sent packed, with `Content-Encoding: gzip`: at most 2 MiB, 16 MiB unpacked."

FILE_PARAMETERS: list[Part] = [
    {
        "name": name,
        "in": "header",
        "description": description,
        "schema": {"type": "integer", "minimum": 0, "maximum": 10**11 - 1},
    }
    for name, description in (
        ("Upload-Offset", "Where in the file the body begins; with `Upload-Length` only."),
        ("Upload-Length", "How long the whole file is; with `Upload-Offset` only."),
    )
]

IF_NONE_MATCH: Part = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of the last answer.",
    "schema": {"type": "string"},
}
HEADERS: dict[str, Part] = {
    name: {"description": description, "schema": {"type": kind}}
    for name, kind, description in (
        ("ETag", "string", "For `If-None-Match` the next time"),
        (
            "Receipt-Signature",
            "string",
            "The receipt key's id, a colon and, in base64, its Ed25519 signature over the exact"
            " bytes of the unpacked body",
        ),
        ("Retry-After", "integer", "Seconds to wait at least"),
        ("Upload-Offset", "integer", "How many bytes of the file are here, from the first on"),
    )
}

_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
FORM_UPLOAD: Part = {
    "type": "object",
    "description": "`form` is .xlsx, .csv, .md or an XForm (.xml); at most 32 MiB with its files.",
    "properties": {
        "form": _FILE,
        "media": {"type": "array", "items": _FILE},
        "checks": {**_FILE, "description": "The sheet `checks` as CSV."},
    },
    "required": ["form"],
    "additionalProperties": False,
}

# A problem may come from what stands before the server too, so `default` says the rest.
EVERYWHERE = (400, 404, 406, 422, 426, 429, 500, 503)
TO_CALLERS = (401, 403)
TO_CHANGES = (409, 410, 413, 415)
MEANINGS = {
    400: "The request cannot be read, or can be read in two ways",
    401: "No token, or one that is unknown, revoked or has run out",
    403: "The caller's role may not do this",
    404: "It does not exist, or not for this caller",
    406: "No answer is of a kind that `Accept` allows",
    409: "It does not fit with what is there; `code` says how",
    412: "The cursor is of another epoch or enrolment: ask without it, then offer what is held",
    410: "It was there once",
    411: "The length of the body is not told",
    413: "The body is larger than allowed",
    415: "The body is of a kind, or packed in a way, that is not read here",
    422: "It can be read, but not taken; `code` and `errors` say why and where",
    426: "The tablet's app is too old for anything but uploading",
    429: "Too much at once: come back after `Retry-After` seconds",
    500: "A mistake of the server; it was logged under `request_id`",
    503: "The server cannot do it now: come back after `Retry-After` seconds",
}
