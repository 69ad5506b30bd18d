"""The API does what its document says, whatever is sent: requests are made from the document.

What comes back must have a status, a type, headers and fields that the document names, and never
be a mistake of the server; what breaks the document must be refused. In the document that is
tested, no answer may have a field that is not described, and no status stands for all others.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings, strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import CheckContext, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from survey_server.api.documenting import path_of
from survey_server.policy import POLICY
from tests.fuzz.conftest import Headers
from tests.times import times
from tests.world import EAS, LONG, World


def what_is_wrong_is_refused(context: CheckContext, response: Response, case: Case) -> None:
    """Of a batch each submission is refused by itself."""
    try:
        negative_data_rejection(context, response, case)
    except AcceptedNegativeData:
        results = response.json().get("results", []) if response.status_code == 200 else []
        if not any(one["outcome"] == "rejected" for one in results):
            raise


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
    ignored_auth,
    what_is_wrong_is_refused,
    positive_data_acceptance,
]
# Unpacking answers is not what is tested here.
PLAIN = {"Accept-Encoding": "identity"}
# Pages and another protocol are no part of the document, nor is the document itself.
ENDPOINTS = sorted(
    name for name in POLICY if not name.startswith(("web.", "openrosa.")) and name != "openapi.spec"
)
QUIET = settings(
    max_examples=times(10),
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


# What a schema cannot say is refused with 422, what is over with 410, what is too long with 413.
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "410", "422", "429"]
            },
            "negative_data_rejection": {
                "expected-statuses": [
                    "400",
                    "401",
                    "403",
                    "404",
                    "405",
                    "406",
                    "409",
                    "413",
                    "415",
                    "422",
                    "429",
                ]
            },
        }
    }
)


def strict(document: dict[str, Any]) -> dict[str, Any]:
    told = copy.deepcopy(document)
    for methods in told["paths"].values():
        for operation in methods.values():
            del operation["responses"]["default"]
    for name, schema in told["components"]["schemas"].items():
        if name.endswith("Out"):
            schema["additionalProperties"] = False
    return told


@pytest.fixture(scope="module")
def schema(app: APIFlask) -> BaseSchema:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    loaded = openapi.from_dict(strict(document), config=CONFIG)
    loaded.app = app
    return loaded


def operations_of(app: APIFlask, schema: BaseSchema, endpoint: str) -> Iterator[APIOperation]:
    for rule in app.url_map.iter_rules(endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield schema[path_of(rule.rule)][method]


def known(world: World, operation: APIOperation) -> dict[str, dict[str, Any]]:
    """Values that lead somewhere: what is drawn is hardly ever the name of a survey."""
    ((device, person),) = world.sql(
        "SELECT d.id, d.person_id FROM devices d JOIN people p ON p.id = d.person_id"
        " WHERE p.username = :lan",
        lan=f"lan@{world.code}",
    )
    values = {
        "survey": world.code,
        "area": EAS[0][:2],
        "form_id": LONG,
        "version": world.version,
        "device": device,
        "person": person,
        "person_id": person,
    }
    return {
        container: {one.name: values[one.name] for one in parameters if one.name in values}
        for container, parameters in (
            ("path_parameters", operation.path_parameters),
            ("query", operation.query),
        )
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_answers_are_what_the_document_says(
    app: APIFlask,
    schema: BaseSchema,
    world: World,
    callers: dict[str, Headers],
    endpoint: str,
) -> None:
    for operation in operations_of(app, schema, endpoint):
        hold(operation, world, callers)


def hold(operation: APIOperation, world: World, callers: dict[str, Headers]) -> None:
    places = known(world, operation)
    # Mostly those who may call: the others never reach the view.
    who = sorted(callers) + 3 * [
        one for one in operation.definition.raw["x-callers"] if one in callers
    ]

    @QUIET
    @given(data=st.data())
    def every_answer_is_described(data: st.DataObject) -> None:
        case: Case = data.draw(strategy_of(operation, data, places))
        headers = callers[data.draw(st.sampled_from(who))]
        case.call_and_validate(headers={**PLAIN, **headers}, checks=CHECKS)

    every_answer_is_described()


def strategy_of(
    operation: APIOperation, data: st.DataObject, places: dict[str, dict[str, Any]]
) -> st.SearchStrategy[Case]:
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    given_values = places if data.draw(st.booleans()) else {}
    return operation.as_strategy(
        mode, **{name: value for name, value in given_values.items() if value}
    )
