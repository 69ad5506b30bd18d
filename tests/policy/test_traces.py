"""Each route that changes something or shows answers leaves its act on the trail, when it is
called for real; tests/test_audited.py says which act. So does each refusal of somebody known."""

from collections.abc import Iterable

import pytest

from survey_server.policy import POLICY
from survey_server.services import audit
from tests.policy.cast import EVERYWHERE, Identity
from tests.policy.examples import EXAMPLES, endpoint_of
from tests.policy.matrix import Cell, Stage, answer_of, cells, limits_of, may_call
from tests.test_audited import NOTED

LIMITED = ("area", "survey", "whole")


def test_every_route_that_is_said_to_leave_a_trace_has_an_example() -> None:
    left = sorted(set(NOTED) - {endpoint_of(name) for name in EXAMPLES})
    assert not left, (
        f"{', '.join(left)}: add an example of a valid call to a module of tests/policy/examples;"
        " the beginning of its __init__.py says how."
    )


def noting() -> list[str]:
    return [name for name in EXAMPLES if endpoint_of(name) in NOTED]


def without_trace(stage: Stage, names: Iterable[str]) -> list[str]:
    """A sentence for each example that succeeds and leaves no act of its route, by its caller."""
    client, wrong = stage.client, []
    for name in names:
        cell = Cell(name, _chief(stage, name), "child", EXAMPLES[name].status)
        last = stage.watch.last_entry()
        answer = answer_of(stage, client, cell)
        stage.stock.forget()
        if answer.status_code != cell.wanted:
            wrong.append(f"{name}: {answer.status_code} instead of {cell.wanted}")
            continue
        left = stage.watch.entries_after(last)
        acts = set(NOTED[endpoint_of(name)].split())
        fitting = [one for one in left if one[0] in acts]
        if not fitting:
            wrong.append(f"{name}: left {sorted({one[0] for one in left})}, none of {sorted(acts)}")
        elif limits_of(name) in LIMITED and not _says_who_and_where(stage, cell, fitting):
            wrong.append(f"{name}: does not say who did it, or in which survey")
    return wrong


def _chief(stage: Stage, name: str) -> Identity:
    """An administrator, or a supervisor; of one district, where that is enough."""
    area = EVERYWHERE if limits_of(name) == "whole" else "001"
    chiefs = [
        one
        for kind in ("administrator", "supervisor")
        for one in stage.staff
        if (one.kind, one.area) == (kind, area)
    ]
    line = POLICY[endpoint_of(name)]
    return next((one for one in chiefs if may_call(line, one)), chiefs[0])


def _says_who_and_where(
    stage: Stage, cell: Cell, entries: list[tuple[str, str, int | None, str]]
) -> bool:
    """A way back in belongs to an account, which may be of several surveys."""
    return all(
        person == cell.who.person
        and (survey == stage.here.code or action == "password_link_issued")
        for action, survey, person, _ in entries
    )


def test_every_route_leaves_its_act_on_the_trail(stage: Stage) -> None:
    assert without_trace(stage, noting()) == []


def test_a_route_that_forgets_the_trail_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "note", lambda entry: None)
    names = {"people.disable", "web.revoke_device", "releases.file", "findings.list_findings"}
    told = without_trace(stage, sorted(names))
    assert {one.partition(":")[0] for one in told} == names


def test_every_refusal_of_somebody_known_is_on_the_trail(stage: Stage) -> None:
    client, wrong = stage.client, []
    refused = ("administrator of 001", "another province"), ("enumerator of 001", "child")
    asked = [one for one in cells(stage) if (one.who.name, one.relation) in refused]
    for cell in asked:
        if cell.wanted not in (403, 404) or POLICY[endpoint_of(cell.name)].where == "own":
            continue
        last = stage.watch.last_entry()
        answer_of(stage, client, cell)
        noted = [one for one in stage.watch.entries_after(last) if one[0] == "refused"]
        if [(one[2], one[3]) for one in noted] != [
            (cell.who.person, f"route:{endpoint_of(cell.name)}")
        ]:
            wrong.append(f"{cell}: {noted}")
    assert wrong == []
