"""The authorisation matrix over things: every example, as everybody, wherever the thing lies.

A cell is a call through the whole server with a thing that is really there. What must come of it
is worked out of the route's line and of who calls; what lies outside must be answered like what
does not exist, byte for byte, and nothing that is refused may write a row. `wrong_cells` tells
what is otherwise, so that tests can plant mistakes and see them told.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_server.domain.people import ROLES
from survey_server.policy import DEVICE, PERSON, POLICY, Policy
from tests.policy.cast import API, EVERYWHERE, OPENROSA, PAGE, Identity, door_of
from tests.policy.examples import EXAMPLES, Call, Example, endpoint_of
from tests.policy.spots import NO_AREA, NO_SURVEY, Nowhere, Spot
from tests.policy.stock import Stock
from tests.policy.watching import Watch
from tests.world import EAS, World

# Where staff of the matrix work, and an area of the other survey whose code this one has not.
HOME, TWIN, ONLY_THERE = "001", "0010", "0020"
INSIDE = {"own": HOME, "child": EAS[0]}
OUTSIDE = {"sibling with a longer code": TWIN, "parent": "01", "another province": EAS[3]}
# Of another survey: asked for under its own code, or under that of the caller's.
ABROAD, SMUGGLED = "another survey", "another survey's, as if of this"
NOTHING, NO_SURVEY_AT_ALL = "nothing", "no such survey"
# What each must be answered like.
LIKE = {ABROAD: NO_SURVEY_AT_ALL, SMUGGLED: NOTHING} | dict.fromkeys(OUTSIDE, NOTHING)
FORM_TOKEN = "x" * 43


@dataclass(frozen=True, slots=True)
class Stage:
    """Two surveys, everybody who calls, and the server that they call."""

    app: APIFlask
    here: World
    elsewhere: World
    stock: Stock
    watch: Watch
    staff: tuple[Identity, ...]
    others: tuple[Identity, ...]

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    who: Identity
    relation: str
    wanted: int

    @property
    def example(self) -> Example:
        return EXAMPLES[self.name]

    def __str__(self) -> str:
        return f"{self.name} as {self.who.name}, {self.relation}"


def limits_of(name: str) -> str:
    return EXAMPLES[name].limits or POLICY[endpoint_of(name)].where


def of_things(names: Iterable[str] = EXAMPLES) -> list[str]:
    """The examples that name something of a survey, or something of somebody's own."""
    return [
        name
        for name in names
        if limits_of(name) != "public" and (limits_of(name) != "own" or EXAMPLES[name].named)
    ]


def cells(stage: Stage, names: Iterable[str] = EXAMPLES) -> Iterator[Cell]:
    for name in of_things(names):
        for who in (*stage.staff, *stage.others):
            for relation in relations_for(name, who):
                yield Cell(name, who, relation, wanted(name, who, relation))


def relations_for(name: str, who: Identity) -> Collection[str]:
    """Whoever may call is tried with things everywhere; for others, one thing is enough."""
    limits, line = limits_of(name), POLICY[endpoint_of(name)]
    if who.kind == "device" and DEVICE in line.callers:
        return ("child", SMUGGLED) if EXAMPLES[name].named else ("child",)
    if who.kind not in ROLES or not who.area or not may_call(line, who):
        return ("child",)
    if limits == "own":
        return ("own", "another province")
    smuggled = (SMUGGLED,) if EXAMPLES[name].named else ()
    if limits == "area" and who.area == HOME:
        return (*INSIDE, *OUTSIDE, ABROAD, *smuggled)
    if limits == "area":
        return ("another province", *smuggled) if who.kind == "administrator" else ()
    return ("another province", ABROAD, *smuggled)


def wanted(name: str, who: Identity, relation: str) -> int:
    """The status."""
    example, limits, line = EXAMPLES[name], limits_of(name), POLICY[endpoint_of(name)]
    if not is_known(name, who):
        return 303 if door_of(name) == PAGE else 401
    if not may_call(line, who):
        return 403
    if limits == "own":
        return example.status if relation in INSIDE else 404
    abroad = relation in (ABROAD, NO_SURVEY_AT_ALL) or (who.survey and not who.area)
    if abroad or (relation in (SMUGGLED, NOTHING) and limits != "area"):
        # Whether the survey is theirs is asked before whether the thing is there.
        part = limits == "whole" and who.area != EVERYWHERE and not abroad
        return 403 if part else 404
    if limits == "whole":
        return example.status if who.area == EVERYWHERE else 403
    inside = limits == "survey" or relation in INSIDE or who.area == EVERYWHERE
    there = relation not in (SMUGGLED, NOTHING)
    return example.status if inside and there else example.outside


def is_known(name: str, who: Identity) -> bool:
    """Whether they are somebody for this route."""
    line, door = POLICY[endpoint_of(name)], door_of(name)
    if who.kind == "device":
        return DEVICE in line.callers
    if line.callers == {DEVICE} or (door == PAGE and who.kind == "program"):
        return False
    return who.kind in (*ROLES, "ended", "program")


def may_call(line: Policy, who: Identity) -> bool:
    if who.kind == "program":
        return line.scope in who.scopes and "administrator" in line.callers
    if who.kind == "device":
        return DEVICE in line.callers
    return PERSON in line.callers or who.kind in line.callers


def spot(stage: Stage, who: Identity, relation: str) -> Spot:
    here, home = stage.here, who.area or HOME
    at = Spot(stage.stock, here, HOME, here.code, who, (here, home))
    if relation in INSIDE or relation in OUTSIDE:
        theirs = relation in INSIDE
        return replace(at, area=(INSIDE | OUTSIDE)[relation], theirs=theirs)
    if relation == ABROAD:
        return replace(at, world=stage.elsewhere, survey=stage.elsewhere.code)
    if relation == SMUGGLED:
        return replace(at, world=stage.elsewhere, area=ONLY_THERE)
    survey = here.code if relation == NOTHING else NO_SURVEY
    return Nowhere(stage.stock, here, NO_AREA, survey, who, (here, home))


def send(client: FlaskClient, call: Call, who: Identity, **instead: str) -> TestResponse:
    """`instead`: another method, or another method's name in a header."""
    who, door = call.by or who, _door(call.path)
    headers = who.headers(door)
    if door == PAGE:
        kept = {"survey_form": FORM_TOKEN, **call.cookies}
        more = "; ".join(f"{name}={value}" for name, value in kept.items())
        headers["Cookie"] = "; ".join(filter(None, (headers.get("Cookie"), more)))
    if "override" in instead:
        headers["X-HTTP-Method-Override"] = instead["override"]
    body: dict[str, Any] = {"json": call.json} if call.json is not None else {}
    if call.parts:
        body = {"data": dict(call.parts), "content_type": "multipart/form-data"}
    if call.content is not None:
        body = {"data": call.content}
    if call.form is not None:
        body = {"data": {"form_token": FORM_TOKEN, **call.form}}
    method = instead.get("method", call.method)
    return client.open(call.path, method=method, headers=headers, **body)


def _door(path: str) -> str:
    first = path.split("/")[1]
    return first if first in (API, OPENROSA) else PAGE


def told(answer: TestResponse) -> tuple[object, ...]:
    """Everything but the request's id, and on a page the links that lead to itself."""
    words = re.sub(r"\b[0-9a-f]{32}\b", "", answer.get_data(as_text=True))
    words = re.sub(r'(href|action|value)="[^"]*"', "", words)
    left_out = ("X-Request-Id", "Content-Length", "Set-Cookie", "Content-Encoding")
    heads = {name: value for name, value in answer.headers.items() if name not in left_out}
    return answer.status_code, words, tuple(sorted(heads.items()))


def wrong_cells(stage: Stage, asked: Iterable[Cell]) -> list[str]:
    """A sentence for each cell that is not as it must be."""
    client, wrong = stage.client, []
    likes: dict[tuple[str, str], tuple[object, ...]] = {}
    # Whose answers are compared word for word: one caller's of each route.
    compared: dict[str, Identity] = {}
    for cell in asked:
        answer = answer_of(stage, client, cell)
        touched = stage.watch.touched()
        if touched:
            stage.stock.forget()
        got = answer.status_code
        if got != cell.wanted or (got == 303 and not _leads_rightly(answer, cell)):
            wrong.append(f"{cell}: {got} instead of {cell.wanted}")
        elif _succeeded(cell) and cell.example.changes and not touched:
            wrong.append(f"{cell}: nothing was changed")
        if touched and not (_succeeded(cell) and cell.example.changes):
            wrong.append(f"{cell}: {got}, and {', '.join(sorted(touched))} changed")
        like = LIKE.get(cell.relation)
        if like is None or got not in (404, 422) or not cell.example.named:
            continue
        if compared.setdefault(cell.name, cell.who) == cell.who:
            if (cell.name, like) not in likes:
                nothing = replace(cell, relation=like)
                likes[cell.name, like] = told(answer_of(stage, client, nothing))
            if told(answer) != likes[cell.name, like]:
                wrong.append(f"{cell}: not the same as for {like}")
    return wrong


def answer_of(stage: Stage, client: FlaskClient, cell: Cell, **instead: str) -> TestResponse:
    call = cell.example.build(spot(stage, cell.who, cell.relation))
    answer = send(client, call, cell.who, **instead)
    answer.get_data()
    answer.close()
    return answer


def _succeeded(cell: Cell) -> bool:
    return is_known(cell.name, cell.who) and cell.wanted == cell.example.status


def _leads_rightly(answer: TestResponse, cell: Cell) -> bool:
    """Strangers to the way in, and whoever succeeded anywhere else."""
    return answer.location.startswith("/sign-in") != _succeeded(cell)
