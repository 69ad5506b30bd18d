"""The API describes itself, and neither leaves out a route nor invents one."""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from survey_server.api.documenting import ANYBODY, path_of
from survey_server.policy import POLICY

SPEC = "/api/v1/openapi.json"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(SPEC)
    assert answer.status_code == 200
    return dict(answer.get_json())


def routes(app: APIFlask) -> dict[tuple[str, str], str]:
    return {
        (path_of(rule.rule), method): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & METHODS
        if rule.rule.startswith("/api/") and rule.rule != SPEC
    }


def operations(spec: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method.upper()): operation
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api/")
    }


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_the_document_and_the_routes_are_the_same_set(app: APIFlask, spec: dict[str, Any]) -> None:
    assert len(routes(app)) >= 11
    assert set(operations(spec)) == set(routes(app))


def test_the_document_names_the_callers_that_the_policy_lets_in(
    app: APIFlask, spec: dict[str, Any]
) -> None:
    """Every operation has a line of the policy, and every line of the API an operation."""
    endpoints = routes(app)
    lines = {
        name for name in POLICY if not name.startswith(("web.", "openrosa.", "health.", "openapi."))
    }
    assert {endpoints[place] for place in operations(spec)} == lines
    for place, operation in operations(spec).items():
        line = POLICY[endpoints[place]]
        assert operation["x-callers"] == sorted(line.callers), place
        assert operation.get("x-scope", "") == line.scope, place


def test_the_document_has_the_shape_of_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert spec["info"].keys() >= {"title", "version"}
    for (path, _), operation in operations(spec).items():
        placed = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert {f"{{{name}}}" for name in placed} == {
            part for part in path.split("/") if part.startswith("{")
        }
        assert operation["responses"]
        for answer in operation["responses"].values():
            assert answer["description"]
    for reference in references(spec):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in spec["components"][kind], reference


def test_no_word_of_openapi_3_0_is_left(spec: dict[str, Any]) -> None:
    assert '"nullable"' not in str(spec).replace("'", '"')


def test_every_operation_tells_how_problems_look_and_who_may_call(
    app: APIFlask, spec: dict[str, Any]
) -> None:
    for place, operation in operations(spec).items():
        answers = operation["responses"]
        assert "application/problem+json" in answers["default"]["content"]
        closed = routes(app)[place] not in ANYBODY
        assert "401" in answers or not closed, place
        assert ("security" in operation) is closed, place


def test_a_real_problem_has_what_the_document_requires(
    client: FlaskClient, spec: dict[str, Any]
) -> None:
    problem = client.get("/api/v1/coverage?survey=a&survey=b").get_json()
    described = spec["components"]["schemas"]["Problem"]
    assert problem.keys() >= set(described["required"])
    assert problem["errors"][0].keys() >= {"pointer", "code", "message"}


def test_uploads_are_described_with_body_and_receipt(spec: dict[str, Any]) -> None:
    upload = spec["paths"]["/api/v1/batches"]["post"]
    batch = spec["components"]["schemas"]["Batch"]
    assert upload["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Batch"
    }
    assert set(batch["required"]) == {"batch_id", "submissions"}
    assert "200" in upload["responses"]


def test_a_client_is_told_of_headers_and_of_what_sync_answers(spec: dict[str, Any]) -> None:
    told = {
        (path.removeprefix("/api/v1/"), method, status): set(answer.get("headers", {}))
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if method.upper() in METHODS
        for status, answer in operation["responses"].items()
    }
    assert told["sync/state", "get", "200"] == told["sync/state", "get", "304"] == {"ETag"}
    assert ("sync/state", "get", "412") in told
    for path in ("batches", "sync/have"):
        assert told[path, "post", "200"] == {"Receipt-Signature"}
        assert told[path, "post", "503"] == {"Retry-After"}
    for status in ("200", "201", "202"):
        assert told["attachments/{sha256}", "put", status] >= {"Receipt-Signature"}
    assert told["attachments/{sha256}", "put", "409"] == {"Upload-Offset"}


def test_every_tag_is_named_once(spec: dict[str, Any]) -> None:
    names = [tag["name"] for tag in spec["tags"]]
    assert len(names) == len(set(names))


def test_signing_out_is_described_as_having_no_content(spec: dict[str, Any]) -> None:
    answers = spec["paths"]["/api/v1/sessions/current"]["delete"]["responses"]
    assert "204" in answers
    assert "200" not in answers
