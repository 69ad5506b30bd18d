"""Two people who decide about one interview, what comes in while somebody looks, and the household
that a taken version is about."""

import json
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.api.test_quarantine import NOWHERE, UNKNOWN_VERSION, asked, twice, work
from tests.http import drain
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures, interviews, matches, send
from tests.openrosa.sent import Collect
from tests.world import EAS, World


def open_conflicts(client: FlaskClient, world: World) -> list[str]:
    told = asked(client, world, "conflicts")[1]["conflicts"]
    return [one["instance_id"] for one in told]


def test_whoever_has_not_seen_what_another_decided_decides_again(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told, _ = twice(client, world, workers)
    path = f"conflicts/{told['instance_id']}"
    (shown,) = [asked(client, world, path)[1]]
    hoas, binhs = (
        {"version": one["key"], "reason": "x", "seen": shown["seen"]} for one in shown["versions"]
    )
    assert asked(client, world, f"{path}/choose", **hoas)[0] == 202
    status, refused = asked(client, world, f"{path}/choose", "binh", **binhs)
    assert (status, refused["code"]) == (409, "decided_meanwhile")
    again = asked(client, world, path, "binh")[1]["seen"]
    assert asked(client, world, f"{path}/choose", "binh", **binhs | {"seen": again})[0] == 202


def test_a_version_that_comes_in_while_somebody_looks_waits_for_somebody(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told, _ = twice(client, world, workers)
    path = f"conflicts/{told['instance_id']}"
    seen = asked(client, world, path)[1]["seen"]
    send(client, world, told | {"answers": world.answers(told["unit"])})
    choice = {"version": "first", "reason": "x"}
    status, refused = asked(client, world, f"{path}/choose", **choice, seen=seen)
    assert (status, refused["code"]) == (409, "decided_meanwhile")
    assert asked(client, world, f"{path}/choose", **choice)[0] == 202
    assert open_conflicts(client, world) == []
    send(client, world, told | {"answers": world.answers(told["unit"])})
    assert open_conflicts(client, world) == [told["instance_id"]]


def test_whoever_mends_one_version_has_not_decided_between_two(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), form_version=UNKNOWN_VERSION)
    send(client, world, told)
    send(client, world, told | {"answers": world.answers(told["unit"])})
    path = f"quarantine/{told['instance_id']}"
    (version,) = asked(client, world, path)[1]["read_by"]
    assert asked(client, world, f"{path}/replay", form_version_id=version["id"])[0] == 202
    work(workers)
    assert figures(world, EAS[0]).received == 1
    assert open_conflicts(client, world) == [told["instance_id"]]


def test_a_stale_page_of_quarantine_undoes_nothing(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), answers={"identification": "x"})
    send(client, world, told)
    drain(workers)
    path = f"quarantine/{told['instance_id']}"
    seen = asked(client, world, path)[1]["seen"]
    answers = json.dumps(world.answers(told["unit"]), ensure_ascii=False)
    sent = {"reason": "Sửa", "content": answers, "seen": seen}
    assert asked(client, world, f"{path}/fix", **sent)[0] == 202
    for way in ("replay", "fix", "set_aside", "take_back"):
        late = {"seen": seen} if way == "replay" else {"seen": seen, "reason": "x"}
        status, refused = asked(client, world, f"{path}/{way}", "binh", **late)
        assert (status, refused["code"]) == (409, "decided_meanwhile"), way
    work(workers)
    assert figures(world, EAS[0]).received == 1


def test_one_that_was_freed_is_told_as_understood(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), form_version=UNKNOWN_VERSION)
    send(client, world, told)
    path = f"quarantine/{told['instance_id']}"
    (version,) = asked(client, world, path)[1]["read_by"]
    asked(client, world, f"{path}/replay", form_version_id=version["id"])
    work(workers)
    status, freed = asked(client, world, path)
    assert (status, freed["state"], freed["content"], freed["read_by"]) == (
        200, "understood", None, [],
    )  # fmt: skip
    assert asked(client, world, path, "duc")[0] == 404
    assert asked(client, world, f"{path}/replay", form_version_id=None)[0] == 404


def of_two_households(
    client: FlaskClient, world: World, workers: Engine, first: str, second: str
) -> tuple[dict[str, Any], str]:
    """One id, told of two households; the key of the second."""
    told = world.submission(first)
    send(client, world, told)
    drain(workers)
    send(client, world, told | {"unit": second})
    shown = asked(client, world, f"conflicts/{told['instance_id']}", "binh")[1]
    return told, shown["versions"][1]["key"]


def take(client: FlaskClient, world: World, told: dict[str, Any], key: str, by: str) -> None:
    sent = {"version": key, "reason": "Đã hỏi hộ"}
    assert asked(client, world, f"conflicts/{told['instance_id']}/choose", by, **sent)[0] == 202


def counted(world: World) -> list[tuple[str, str, bool]]:
    return [(one.ea, one.unit, one.counts) for one in interviews(world)]


def test_a_version_that_is_taken_counts_for_the_household_that_it_is_about(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    first, second = world.unit(EAS[0], 1), world.unit(EAS[1], 2)
    told, key = of_two_households(client, world, workers, first, second)
    for version, (unit, ea, other) in (
        (key, (second, EAS[1], EAS[0])),
        ("first", (first, EAS[0], EAS[1])),
        (key, (second, EAS[1], EAS[0])),
    ):
        take(client, world, told, version, "hoa")
        work(workers)
        assert counted(world) == [(ea, unit, True)]
        assert (figures(world, ea).received, figures(world, other).received) == (1, 0)
        assert rebuild_all(world) == []


def test_another_interview_of_the_household_that_was_left_counts_now(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    first, second = world.unit(EAS[0], 1), world.unit(EAS[0], 2)
    told, key = of_two_households(client, world, workers, first, second)
    other = world.submission(first, interview_id="ffffffff-ffff-4fff-8fff-ffffffffffff")
    send(client, world, other)
    drain(workers)
    assert sorted(one[2] for one in counted(world)) == [False, True]
    take(client, world, told, key, "hoa")
    work(workers)
    assert counted(world) == [(EAS[0], first, True), (EAS[0], second, True)]
    assert [kind for kind, _ in matches(world)] in ([], ["same_content"])
    assert figures(world, EAS[0]).received == 2
    assert rebuild_all(world) == []


def test_a_household_that_is_not_the_deciders_to_give_stays_as_it_was(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    """District 002 is not Hoa's; a number that no list has is nobody's."""
    first = world.unit(EAS[0], 1)
    for second in (world.unit(EAS[2], 1), NOWHERE):
        told, key = of_two_households(client, world, workers, first, second)
        shown = asked(client, world, f"conflicts/{told['instance_id']}")[1]
        assert [one["about"] for one in shown["versions"]] == [first, first]
        take(client, world, told, key, "hoa")
    work(workers)
    assert sorted(counted(world)) == [(EAS[0], first, False), (EAS[0], first, True)]
    assert rebuild_all(world) == []


def test_later_revisions_tell_where_they_told_before(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    first, second = world.unit(EAS[0], 1), world.unit(EAS[1], 2)
    told, key = of_two_households(client, world, workers, first, second)
    later = world.submission(
        first, interview_id=told["interview_id"], revision=2, replaces=told["instance_id"]
    )
    send(client, world, later)
    drain(workers)
    take(client, world, told, key, "hoa")
    work(workers)
    assert counted(world) == [(EAS[0], first, True), (EAS[1], second, True)]
    assert [kind for kind, _ in matches(world)] == ["same_interview"]
    assert rebuild_all(world) == []


def test_what_nobody_can_write_is_refused_with_a_sentence(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), answers={"identification": "x"})
    send(client, world, told)
    drain(workers)
    path = f"quarantine/{told['instance_id']}"
    for bad in (
        {"content": '{"a": "\ud800"}'},
        {"content": "\ud800"},
        {"unit": "a\x00b"},
        {"unit": "\ud800"},
        {"seen": "\x00"},
        {"seen": "\ud800", "unit": "x"},
    ):
        status, refused = asked(client, world, f"{path}/fix", reason="x", **bad)
        assert 400 <= status < 500, (bad, refused)
        assert refused["detail"] or refused["title"]


def test_what_collect_sent_of_another_household_counts_there_when_it_is_taken(
    client: FlaskClient, world: World, long_form: CompiledForm, workers: Engine
) -> None:
    collect, instance = Collect(client, world, long_form), "a3e1b9c4-3f2b-4a55-8d61-7b1f0c9d2e10"
    assert collect.send(collect.xml(1, f"uuid:{instance}")).status_code == 201
    drain(workers)
    assert collect.send(collect.xml(2, f"uuid:{instance}")).status_code == 409
    shown = asked(client, world, f"conflicts/{instance}")[1]
    units = [world.unit(EAS[0], number) for number in (1, 2)]
    assert [one["about"] for one in shown["versions"]] == units
    take(client, world, {"instance_id": instance}, shown["versions"][1]["key"], "hoa")
    work(workers)
    assert counted(world) == [(EAS[0], units[1], True)]
    assert rebuild_all(world) == []
