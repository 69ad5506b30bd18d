"""What the API's document says beyond its views: who may call, what a batch is, what goes wrong.

Tests hold the document against the routes and the policy, so that none has what another lacks,
and against the answers of the server to requests made from the document.
"""

import re
from collections.abc import Iterator
from typing import Any

from apiflask import APIFlask
from werkzeug.routing import Rule

from survey_server import policy
from survey_server.api import documented
from survey_server.api.admission import ANSWERS
from survey_server.api.documented import (
    BATCH_PARAMETERS,
    EVERYWHERE,
    FILE_PARAMETERS,
    HEADERS,
    IF_NONE_MATCH,
    MEANINGS,
    NAME_IN_ADDRESS,
    PROBLEM_JSON,
    TO_CALLERS,
    TO_CHANGES,
    Part,
)
from survey_server.api.errors import API_PREFIX
from survey_server.policy import POLICY

ANYBODY = tuple(name for name, line in POLICY.items() if policy.ANYBODY in line.callers)


def register(app: APIFlask) -> None:
    @app.spec_processor
    def complete(spec: Any) -> Any:
        spec["tags"] = list({tag["name"]: tag for tag in spec.get("tags", ())}.values())
        components = spec.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.update(
            Problem=documented.PROBLEM, Submission=documented.SUBMISSION, Batch=documented.BATCH
        )
        for name in ("HTTPError", "ValidationError"):
            schemas.pop(name, None)
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for method, operation, rule in _operations(app, spec):
            _complete(operation, rule.endpoint, changes=method != "get")
            _describe_names(operation, rule.rule)
        _describe_batches(spec["paths"][f"{API_PREFIX}v1/batches"]["post"])
        _describe_state(spec["paths"][f"{API_PREFIX}v1/sync/state"]["get"])
        _describe_having(spec["paths"][f"{API_PREFIX}v1/sync/have"]["post"])
        _describe_files(spec["paths"][f"{API_PREFIX}v1/attachments/{{sha256}}"])
        _describe_form_uploads(spec["paths"][f"{API_PREFIX}v1/surveys/{{survey}}/forms"]["post"])
        return spec


def _operations(app: APIFlask, spec: Part) -> list[tuple[str, Part, Rule]]:
    return [
        (method, operation, rule)
        for rule in app.url_map.iter_rules()
        for method, operation in spec["paths"].get(path_of(rule.rule), {}).items()
        if method.upper() in (rule.methods or ())
    ]


def path_of(rule: str) -> str:
    """A route as OpenAPI spells it: `/forms/<form_id>` is `/forms/{form_id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _complete(operation: Part, endpoint: str, changes: bool) -> None:
    answers = operation["responses"]
    for status in [status for status in answers if status >= "400"]:
        del answers[status]
    closed = endpoint not in ANYBODY
    for status in _statuses(closed, changes):
        answers[str(status)] = _problem(MEANINGS[status])
    for status in ("429", "503"):
        _head(answers[status], "Retry-After")
    answers["default"] = _problem("Anything else that goes wrong")
    if closed:
        operation["security"] = [{"token": []}]
    operation["x-callers"] = sorted(POLICY[endpoint].callers)
    if POLICY[endpoint].scope:
        operation["x-scope"] = POLICY[endpoint].scope
    if endpoint in ANSWERS:
        answers["200"]["content"] = {kind: {} for kind in ANSWERS[endpoint]}
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    for parameter in operation.get("parameters", ()):
        _mend(parameter["schema"])


def _describe_names(operation: Part, rule: str) -> None:
    names = re.findall(r"<name:(\w+)>", rule)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] in names:
            parameter["description"] = NAME_IN_ADDRESS


def _statuses(closed: bool, changes: bool) -> Iterator[int]:
    yield from EVERYWHERE
    # Whoever signs in may be refused too.
    if closed or changes:
        yield from TO_CALLERS
    if changes:
        yield from TO_CHANGES


def _mend(schema: Part) -> None:
    """A word of OpenAPI 3.0 that 3.1 does not know; and no value is no default of a string."""
    schema.pop("nullable", None)
    if schema.get("default", "") is None:
        del schema["default"]


def _describe_batches(upload: Part) -> None:
    upload.setdefault("parameters", []).extend(BATCH_PARAMETERS)
    upload["responses"]["411"] = _problem(MEANINGS[411])
    _head(upload["responses"]["200"], "Receipt-Signature")
    schema = {"$ref": "#/components/schemas/Batch"}
    upload["requestBody"] = {
        "required": True,
        "description": documented.BATCH_BODY,
        "content": {"application/json": {"schema": schema}},
    }


def _describe_state(question: Part) -> None:
    question["parameters"].append(IF_NONE_MATCH)
    answers = question["responses"]
    answers["304"] = {"description": "No news: keep the cursor"}
    answers["412"] = _problem(MEANINGS[412])
    for status in ("200", "304"):
        _head(answers[status], "ETag")


def _describe_having(question: Part) -> None:
    _head(question["responses"]["200"], "Receipt-Signature")
    content = {"application/json": {"schema": documented.HAVE}}
    question["requestBody"] = {"required": True, "content": content}


def _describe_files(file: Part) -> None:
    for answer in (file["get"]["responses"]["200"], file["put"]["responses"]["201"]):
        _head(answer, "Receipt-Signature", "Upload-Offset")
    _head(file["get"]["responses"]["404"], "Upload-Offset")
    upload = file["put"]
    upload.setdefault("parameters", []).extend(FILE_PARAMETERS)
    answers = upload["responses"]
    answers["411"] = _problem(MEANINGS[411])
    _head(answers["409"], "Upload-Offset")
    for status, meaning in ((200, "It was kept before"), (202, "The piece is kept")):
        answers[str(status)] = answers["201"] | {"description": meaning}
    schema = {"type": "string", "contentMediaType": "application/octet-stream"}
    content = {"application/octet-stream": {"schema": schema}}
    upload["requestBody"] = {"required": True, "content": content}


def _describe_form_uploads(upload: Part) -> None:
    content = {"multipart/form-data": {"schema": documented.FORM_UPLOAD}}
    upload["requestBody"] = {"required": True, "content": content}
    upload["responses"]["200"]["content"] = upload["responses"]["201"]["content"]


def _head(answer: Part, *names: str) -> None:
    answer.setdefault("headers", {}).update({name: HEADERS[name] for name in names})


def _problem(description: str) -> Part:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}
