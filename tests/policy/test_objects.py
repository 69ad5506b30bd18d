"""Outside one's area is the same as not there, and what is refused changes nothing.

Every example (tests/policy/examples) is called through the whole server by each role and by
everybody who is none, for things in their area, below, above, beside and in another survey.
"""

from collections import Counter
from time import perf_counter

import pytest
from apiflask import APIFlask

from survey_server.policy import POLICY
from tests.policy.cast import person
from tests.policy.examples import EXAMPLES, PARTS, endpoint_of
from tests.policy.matrix import (
    ABROAD,
    INSIDE,
    OUTSIDE,
    SMUGGLED,
    Cell,
    Stage,
    answer_of,
    cells,
    is_known,
    limits_of,
    may_call,
    of_things,
    spot,
    wrong_cells,
)
from tests.world import World

LIMITED = ("area", "survey", "whole")


def test_every_route_to_something_of_somebodys_has_an_example(app: APIFlask) -> None:
    things = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if POLICY[rule.endpoint].where in LIMITED
        or (POLICY[rule.endpoint].where == "own" and rule.arguments)
    }
    left = sorted(things - {endpoint_of(name) for name in EXAMPLES})
    assert not left, (
        f"{', '.join(left)}: add an example of a valid call to a module of tests/policy/examples;"
        " the beginning of its __init__.py says how."
    )


def test_no_example_is_of_a_route_that_does_not_exist_or_stands_twice() -> None:
    assert {endpoint_of(name) for name in EXAMPLES} <= set(POLICY)
    assert sum(len(part.EXAMPLES) for part in PARTS) == len(EXAMPLES)


def test_every_cell_is_right(stage: Stage) -> None:
    asked = list(cells(stage))
    assert wrong_cells(stage, asked) == []
    tried = Counter((cell.name, cell.wanted == cell.example.status) for cell in asked)
    assert {name for name, succeeded in tried if succeeded} == set(of_things())
    assert {name for name, succeeded in tried if not succeeded} == set(of_things())
    in_areas = {cell.relation for cell in asked if limits_of(cell.name) == "area"}
    assert in_areas == {*INSIDE, *OUTSIDE, ABROAD, SMUGGLED}


def test_each_line_of_defence_holds_alone(
    stage: Stage, everything_is_seen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits in the queries, where PostgreSQL shows everything."""
    chief = next(one for one in stage.staff if one.kind == "administrator")
    asked = [cell for cell in cells(stage) if cell.who == chief and cell.relation not in INSIDE]
    assert len(asked) > 200
    assert wrong_cells(stage, asked) == []


def reading(stage: Stage) -> list[Cell]:
    """Each example that reads, of an administrator who may and an enumerator who mostly may not."""
    return [
        cell
        for cell in cells(stage)
        if (cell.who.name, cell.relation) in READERS
        and cell.example.build(spot(stage, cell.who, cell.relation)).method == "GET"
    ]


READERS = {
    ("administrator of 001", "child"),
    ("administrator of 001", "another province"),
    ("enumerator of 001", "child"),
}


def test_head_and_options_tell_no_more_than_get(stage: Stage) -> None:
    client, wrong = stage.client, []
    for cell in reading(stage):
        head = answer_of(stage, client, cell, method="HEAD")
        if head.status_code != cell.wanted or head.data:
            wrong.append(f"{cell}: {cell.wanted}, HEAD {head.status_code}")
        # OPTIONS asks for the route, and never for the thing.
        may = is_known(cell.name, cell.who) and may_call(POLICY[endpoint_of(cell.name)], cell.who)
        options = answer_of(stage, client, cell, method="OPTIONS")
        if options.status_code != (200 if may else cell.wanted):
            wrong.append(f"{cell}: {cell.wanted}, OPTIONS {options.status_code}")
    assert wrong == []
    assert stage.watch.touched() == set()


def test_no_header_makes_another_method_of_it(stage: Stage) -> None:
    client, wrong = stage.client, []
    for cell in reading(stage):
        answer = answer_of(stage, client, cell, override="POST")
        if answer.status_code != cell.wanted:
            wrong.append(f"{cell}: {answer.status_code} as if it were a POST")
    for cell in cells(stage):
        if (cell.who.name, cell.relation) == ("administrator of 001", "another province"):
            answer = answer_of(stage, client, cell, override="GET")
            if answer.status_code != cell.wanted:
                wrong.append(f"{cell}: {answer.status_code} as if it were a GET")
    assert wrong == []
    assert stage.watch.touched() == set()


def test_both_take_the_same_time_within_noise(app: APIFlask, here: World) -> None:
    """Told, not judged: a busy machine is no judge."""
    head = {"Authorization": f"Bearer {person(here, 'supervisor', '001')}"}
    client = app.test_client(use_cookies=False)
    spent: dict[str, list[float]] = {"10": [], "nowhere": []}
    for _ in range(30):
        for area, times in spent.items():
            started = perf_counter()
            client.get(f"/api/v1/coverage?survey={here.code}&area={area}", headers=head)
            times.append(perf_counter() - started)
    outside, nothing = (sorted(times)[15] * 1000 for times in spent.values())
    print(f"outside {outside:.2f} ms, not there {nothing:.2f} ms")
