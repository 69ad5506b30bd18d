"""Functions: every route, every method, every kind of caller.

It is made of the routes, so that a new one is in it without a word here. Views are replaced by
one that says it was reached: what is looked at is whether a caller gets that far.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey_server import policy, settings
from survey_server.app import create_app
from survey_server.domain.people import PROGRAM_SCOPES
from survey_server.policy import (
    ANYBODY,
    DEVICE,
    PERSON,
    POLICY,
    ROLES,
    Policy,
    PolicyIncomplete,
)
from survey_server.store.base import db
from tests.policy.calls import filled
from tests.policy.cast import API, OPENROSA, PAGE, Identity, cast, door_of
from tests.world import World

REACHED = "reached"
MULTIPART = {"forms.put_up"}
UNKNOWN = {"unauthenticated", "token_expired", "token_revoked"}
TABLETS = {"device": REACHED, "revoked": "token_revoked", "silent": "token_expired"}


@pytest.fixture(scope="module")
def hollow(chosen: settings.Settings, here: World) -> Iterator[APIFlask]:
    """The server with its door, and nothing behind it."""
    made = create_app(chosen)
    for endpoint in made.view_functions:
        made.view_functions[endpoint] = lambda **_: REACHED
    yield made
    with made.app_context():
        for one in db.engines.values():
            one.dispose()


@pytest.fixture(scope="module")
def identities(here: World) -> list[Identity]:
    return cast(here)


def expected(line: Policy, door: str, who: Identity) -> set[str]:
    if ANYBODY in line.callers:
        return {REACHED}
    # A tablet's secret and a program's token are nothing in a cookie.
    if door == PAGE and who.kind not in (*ROLES, "ended"):
        return {"sign_in"}
    if door == OPENROSA:
        return {REACHED if who.kind == "device" else "unauthenticated"}
    if who.kind in TABLETS:
        return {TABLETS[who.kind]} if DEVICE in line.callers else {"unauthenticated"}
    if who.kind in ("anonymous", "disabled", "expired") or line.callers == {DEVICE}:
        return {"unauthenticated", "token_expired"}
    return {REACHED} if may(line, who) else {"forbidden"}


def may(line: Policy, who: Identity) -> bool:
    """Somebody signed in, or a program of an administrator's."""
    if who.kind == "program":
        return line.scope in who.scopes and "administrator" in line.callers
    return PERSON in line.callers or who.kind in line.callers


def outcome(client: FlaskClient, rule: Rule, method: str, world: World, who: Identity) -> str:
    door = door_of(rule.endpoint)
    headers = who.headers(door)
    if method.startswith("OVERRIDE "):
        # Whoever may not GET does not get it by another name.
        method, headers = (
            method.removeprefix("OVERRIDE "),
            headers | {"X-HTTP-Method-Override": "GET"},
        )
    more: dict[str, object] = {}
    if method == "POST" and rule.endpoint in MULTIPART:
        more = {"data": {"x": "y"}, "content_type": "multipart/form-data"}
    elif method in ("POST", "PUT", "PATCH") and door == API:
        more = {"data": "{}", "content_type": "application/json"}
    answer = client.open(filled(rule, world), method=method, headers=headers, **more)  # type: ignore[arg-type]
    if answer.status_code == 200:
        return REACHED
    if answer.status_code == 303 and answer.location.startswith("/sign-in"):
        return "sign_in"
    if answer.status_code == 401 and (method == "HEAD" or door == OPENROSA):
        return "unauthenticated"
    if answer.is_json and method != "HEAD":
        return str(answer.get_json().get("code"))
    return "forbidden" if answer.status_code == 403 else str(answer.status_code)


def cells(app: APIFlask, who: Identity) -> Iterator[tuple[Rule, str]]:
    """Whether somebody is known does not depend on the method: one stranger tries them all."""
    all_ways = who.kind in (*ROLES, "device") or who.name == "anonymous"
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        for method in sorted(methods if all_ways else methods - {"HEAD", "OPTIONS"}):
            yield rule, method
        if "POST" in methods and all_ways:
            yield rule, "OVERRIDE POST"


def wrong_cells(
    app: APIFlask, world: World, identities: list[Identity], only: Callable[[Identity], bool]
) -> tuple[list[str], int]:
    """And how many cells were looked at."""
    wrong, count = [], 0
    lines: Mapping[str, Policy] = app.extensions["policy"]
    for who in filter(only, identities):
        client = app.test_client(use_cookies=False)
        for rule, method in cells(app, who):
            # Of several routes at one address, OPTIONS belongs to whichever stands first.
            line = lines[_answering(app, rule, method, world)]
            got = outcome(client, rule, method, world, who)
            count += 1
            wanted = expected(line, door_of(rule.endpoint), who)
            if method == "HEAD" and wanted <= UNKNOWN:
                wanted = {"unauthenticated"}
            if got not in wanted:
                wrong.append(f"{method} {rule.rule} {who.name}: {got}")
    return wrong, count


def _answering(app: APIFlask, rule: Rule, method: str, world: World) -> str:
    adapter = app.url_map.bind("localhost")
    path = filled(rule, world)
    endpoint, _ = adapter.match(path, method=method.removeprefix("OVERRIDE "))
    return str(endpoint)


def test_every_cell_is_right(hollow: APIFlask, here: World, identities: list[Identity]) -> None:
    wrong, count = wrong_cells(hollow, here, identities, lambda _: True)
    assert wrong == []
    routes = {rule.endpoint for rule in hollow.url_map.iter_rules()}
    assert routes == set(POLICY)
    assert {who.kind for who in identities} >= {*ROLES, "anonymous", "device", "revoked", "program"}
    assert count > 1.5 * len(routes) * len(identities)


def test_a_route_without_a_line_stops_the_start(chosen: settings.Settings) -> None:
    made = create_app(chosen)
    made.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(PolicyIncomplete, match="forgotten has no line"):
        policy.require_complete(made)


def test_a_line_without_a_route_stops_the_start(
    chosen: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {**POLICY, "gone": Policy(frozenset({ANYBODY}), "public")}
    monkeypatch.setattr(policy, "POLICY", more)
    with pytest.raises(PolicyIncomplete, match="the line of gone has no route"):
        create_app(chosen)


def test_every_scope_of_a_line_is_one_that_a_token_can_have() -> None:
    assert {line.scope for line in POLICY.values()} - {""} <= set(PROGRAM_SCOPES)


def test_the_document_the_routes_and_the_lines_are_one_set(
    app: APIFlask, client: FlaskClient
) -> None:
    told = client.get("/api/v1/openapi.json").get_json()["paths"]
    documented = {(path, method.upper()) for path, ways in told.items() for method in ways}
    routed = {
        (_spelled(rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if door_of(rule.endpoint) == API and rule.endpoint != "openapi.spec"
    }
    assert documented == routed
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(POLICY)


def _spelled(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def test_lines_keep_to_what_each_role_is_for(app: APIFlask) -> None:
    """A second hand on the lines: what is said here of a role, no line may widen."""
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    }
    searches = {"people.search_people", "web.search_people"}
    of = {role: {name for name, line in POLICY.items() if role in line.callers} for role in ROLES}
    assert of["auditor"] & changing <= searches
    assert {name.partition(".")[0] for name in of["enumerator"]} <= {"forms", "coverage", "web"}
    assert {name for name in of["enumerator"] if name.startswith("web.")} <= {
        "web.coverage_page", "web.coverage_csv",
    }  # fmt: skip
    trail = {"audit.list_entries", "web.audit_page"}
    assert {role for role in ROLES if of[role] & trail} == {"administrator", "auditor"}
    datasets = {name for name in POLICY if name.startswith("releases.")}
    assert {role for role in ROLES if of[role] & datasets} == {"data_manager", "administrator"}
