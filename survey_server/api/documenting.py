"""What the API's document says beyond its views: who may call, what a batch is, what goes wrong.

A test holds the document against the routes, so that neither has what the other lacks.
"""

import re
from typing import Any

from apiflask import APIFlask

from survey_server import policy
from survey_server.api.admission import ANSWERS
from survey_server.api.errors import API_PREFIX
from survey_server.domain.intake.items import FIELDS
from survey_server.policy import POLICY

ANYBODY = tuple(name for name, line in POLICY.items() if policy.ANYBODY in line.callers)
PROBLEM = "application/problem+json"

_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}
_FAULT = {
    "type": "object",
    "properties": {"pointer": _TEXT, "code": _TEXT, "message": _TEXT},
    "required": ["pointer", "code", "message"],
}
_PROBLEM = {
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
_SUBMISSION = {
    "type": "object",
    "description": "`sha256` is over the exact bytes of `answers`, or of the decoded `xml`.",
    "properties": {
        **dict.fromkeys(sorted(FIELDS), _TEXT),
        **dict.fromkeys(("instance_id", "interview_id"), _UUID),
        "replaces": {"type": ["string", "null"], "format": "uuid"},
        "unit": {"type": ["string", "null"]},
        "revision": {"type": "integer", "minimum": 1},
        "answers": {"type": "object"},
        "attachments": {"type": "array", "items": {"type": "object"}},
    },
    "required": "instance_id interview_id revision form_id form_version sha256".split(),
}
_BATCH = {
    "type": "object",
    "properties": {
        "batch_id": _UUID,
        "device_time": {"type": ["string", "null"], "format": "date-time"},
        "held": {"type": ["integer", "null"], "minimum": 0, "maximum": 1_000_000},
        "submissions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Submission"},
        },
    },
    "required": ["batch_id", "submissions"],
}


_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
_FORM_UPLOAD = {
    "type": "object",
    "description": "`form` is .xlsx, .csv, .md or an XForm (.xml); at most 32 MiB with its files.",
    "properties": {
        "form": _FILE,
        "media": {"type": "array", "items": _FILE},
        "checks": {**_FILE, "description": "The sheet `checks` as CSV."},
    },
    "required": ["form"],
}


def register(app: APIFlask) -> None:
    @app.spec_processor
    def complete(spec: Any) -> Any:
        components = spec.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.update(Problem=_PROBLEM, Submission=_SUBMISSION, Batch=_BATCH)
        for name in ("HTTPError", "ValidationError"):
            schemas.pop(name, None)
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for operation, endpoint in _operations(app, spec):
            _complete(operation, endpoint)
        batch = {"$ref": "#/components/schemas/Batch"}
        spec["paths"][f"{API_PREFIX}v1/batches"]["post"]["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": batch}},
        }
        spec["paths"][f"{API_PREFIX}v1/surveys/{{survey}}/forms"]["post"]["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": _FORM_UPLOAD}},
        }
        return spec


def _operations(app: APIFlask, spec: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    return [
        (operation, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method, operation in spec["paths"].get(path_of(rule.rule), {}).items()
        if method.upper() in (rule.methods or ())
    ]


def path_of(rule: str) -> str:
    """A route as OpenAPI spells it: `/forms/<form_id>` is `/forms/{form_id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _complete(operation: dict[str, Any], endpoint: str) -> None:
    answers = operation["responses"]
    for status in [status for status in answers if status >= "400"]:
        del answers[status]
    answers["default"] = _problem("Anything that goes wrong")
    if endpoint not in ANYBODY:
        operation["security"] = [{"token": []}]
        answers["401"] = _problem("No token, or one that is unknown, revoked or has run out")
    if endpoint in ANSWERS:
        answers["200"]["content"] = {kind: {} for kind in ANSWERS[endpoint]}
    for parameter in operation.get("parameters", ()):
        # A word of OpenAPI 3.0 that 3.1 does not know.
        parameter["schema"].pop("nullable", None)


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
