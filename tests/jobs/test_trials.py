"""Interviews that are told in a draft: kept like any other, and never part of the survey."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.forms import CompiledForm
from survey_server.services.forms import close, discard_drafts, draft, publish
from survey_server.store.forms import versions_in_use
from tests.http import drain, signed_in, upload
from tests.jobs.derived import batches, derive, forget, rebuild_all, rows
from tests.jobs.told import figures, interviews, matches, send
from tests.world import EAS, LONG, World, body_of

DRAFT = "to-be-tried"
NOWHERE = "99-999-99999-999-999"


@pytest.fixture
def drafted(world: World, long_form: CompiledForm) -> CompiledForm:
    """The long form under another version, as a draft."""
    xform = long_form.xform.replace(long_form.version.encode(), DRAFT.encode())
    form = replace(long_form, version=DRAFT, xform=xform)
    with Session(world.engine) as session, session.begin():
        draft(session, world.code, form, datetime.now(UTC))
    return form


def trial(world: World, unit: str, **changes: Any) -> dict[str, Any]:
    return world.submission(unit, form_version=DRAFT, **changes)


def states(world: World) -> list[str]:
    found = world.sql("SELECT state FROM submissions WHERE survey_id = :survey ORDER BY state")
    return [one.state for one in found]


def listed(client: FlaskClient, world: World, who: str, query: str = "") -> Any:
    address = f"/api/v1/forms/{LONG}/versions/{DRAFT}/trials{query}"
    return client.get(address, headers=signed_in(client, world, who))


def test_a_trial_is_acknowledged_kept_byte_for_byte_and_counted_nowhere(
    client: FlaskClient, workers: Engine, world: World, drafted: CompiledForm
) -> None:
    real = world.submission(world.unit(EAS[0], 2))
    tried = trial(world, world.unit(EAS[0], 1))
    assert send(client, world, tried, real) == [("stored", "draft_form"), ("stored", None)]
    assert send(client, world, tried) == [("duplicate", None)]
    drain(workers)
    assert states(world) == ["derived", "trial"]
    assert [str(row.current) for row in interviews(world)] == [real["instance_id"]]
    assert figures(world, EAS[0]).received == 1
    waiting = (
        "SELECT FROM pending_batches p JOIN submissions s ON s.batch = p.batch"
        " WHERE s.survey_id = :survey"
    )
    assert world.sql(waiting) == []
    kept = world.sql("SELECT b.body FROM submissions s, body_of_submission(s.instance_id) b"
                     " WHERE s.state = 'trial' AND s.survey_id = :survey")  # fmt: skip
    assert len(kept) == 1


def test_a_trial_stays_one_when_its_version_is_published(
    client: FlaskClient, workers: Engine, world: World, drafted: CompiledForm
) -> None:
    early, late = trial(world, world.unit(EAS[0], 1)), trial(world, world.unit(EAS[0], 1))
    send(client, world, early)
    with Session(world.engine) as session, session.begin():
        assert publish(session, world.code, drafted, datetime.now(UTC)).new
    assert send(client, world, late, early) == [("stored", None), ("duplicate", None)]
    drain(workers)
    assert states(world) == ["derived", "trial"]
    assert [str(row.current) for row in interviews(world)] == [late["instance_id"]]
    assert matches(world) == []
    expected = rows(world)
    made = batches(world)
    forget(world)
    derive(workers, [made])
    assert rows(world) == expected
    assert rebuild_all(world) == []


def test_a_withdrawn_draft_still_takes_trials(
    client: FlaskClient, workers: Engine, world: World, drafted: CompiledForm
) -> None:
    send(client, world, trial(world, world.unit(EAS[0], 1)))
    with Session(world.engine) as session, session.begin():
        assert discard_drafts(session, world.code, LONG, datetime.now(UTC)) == [DRAFT]
    assert send(client, world, trial(world, NOWHERE)) == [("stored", "draft_form")]
    drain(workers)
    assert states(world) == ["trial", "trial"]
    assert len(listed(client, world, "an").get_json()["trials"]) == 2


def test_a_trial_takes_no_part_in_the_chain_of_an_interview(
    client: FlaskClient, workers: Engine, world: World, drafted: CompiledForm
) -> None:
    unit, known = world.unit(EAS[0], 1), {"interview_id": str(uuid.uuid4())}
    tried = trial(world, unit, revision=9, **known)
    first = world.submission(unit, revision=1, replaces=tried["instance_id"], **known)
    assert send(client, world, tried) == [("stored", "draft_form")]
    assert send(client, world, first) == [("stored", None)]
    assert send(client, world, trial(world, unit, revision=1, **known)) == [
        ("stored", "draft_form")
    ]
    drain(workers)
    [row] = interviews(world)
    assert (str(row.current), row.first_received_at) == (first["instance_id"], row.received_at)
    assert rebuild_all(world) == []


def test_trials_are_told_newest_first_with_what_is_found_in_them(
    client: FlaskClient, world: World, drafted: CompiledForm
) -> None:
    broken = trial(world, world.unit(EAS[0], 1), answers={"household_size": "many"})
    fine, unreadable = trial(world, world.unit(EAS[0], 2)), trial(world, EAS[0], answers=[1])
    for one in (broken, fine, unreadable):
        assert send(client, world, one) == [("stored", "draft_form")]
    told = listed(client, world, "an").get_json()
    ids = [one["instance_id"] for one in told["trials"]]
    assert ids == [one["instance_id"] for one in (unreadable, fine, broken)]
    rules = [{(one["rule"], one["path"]) for one in each["findings"]} for each in told["trials"]]
    assert ("not_a_tree", "") in rules[0]
    assert ("type", "household_size") in rules[2]
    assert told["next"] is None


def test_trials_come_in_pages(client: FlaskClient, world: World, drafted: CompiledForm) -> None:
    sent = [trial(world, world.unit(EAS[0], 1 + place)) for place in range(5)]
    upload(client, world.secrets["lan"], body_of(*sent[:3]))
    upload(client, world.secrets["lan"], body_of(*sent[3:]))
    seen: list[str] = []
    query = "?limit=2"
    while query:
        page = listed(client, world, "an", query).get_json()
        seen += [one["instance_id"] for one in page["trials"]]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == 5
    assert set(seen) == {one["instance_id"] for one in sent}


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?cursor=_",
                                   "?cursor=2024-01-01_x", "?cursor=" + "x" * 200])  # fmt: skip
def test_a_page_that_cannot_be_is_refused(
    client: FlaskClient, still_drafted: World, query: str
) -> None:
    answer = listed(client, still_drafted, "an", query)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "param_invalid")


@pytest.fixture
def still_drafted(world: World, drafted: CompiledForm) -> World:
    return world


def test_everybody_sees_the_trials_of_their_own_area(
    client: FlaskClient, world: World, another_world: World, drafted: CompiledForm
) -> None:
    here = trial(world, world.unit(EAS[0], 1))
    there = trial(world, world.unit(EAS[3], 1))
    nowhere = trial(world, NOWHERE)
    send(client, world, here, there, nowhere)
    seen = {one["instance_id"] for one in listed(client, world, "an").get_json()["trials"]}
    assert seen == {one["instance_id"] for one in (here, there, nowhere)}
    of_province = listed(client, world, "binh").get_json()["trials"]
    assert [one["instance_id"] for one in of_province] == [here["instance_id"]]
    assert listed(client, world, "hoa").status_code == 403
    assert listed(client, world, "lan").status_code == 403
    assert listed(client, another_world, "an").status_code == 404
    tablet = {"Authorization": f"Bearer {world.secrets['lan']}"}
    address = f"/api/v1/forms/{LONG}/versions/{DRAFT}/trials"
    assert client.get(address, headers=tablet).status_code == 401


def test_what_comes_late_in_a_closed_form_or_an_old_version_is_counted(
    client: FlaskClient, workers: Engine, world: World, long_form: CompiledForm
) -> None:
    newer = replace(
        long_form,
        version="newer",
        xform=long_form.xform.replace(long_form.version.encode(), b"newer"),
    )
    with Session(world.engine) as session, session.begin():
        publish(session, world.code, newer, datetime.now(UTC))
        assert close(session, world.code, LONG, datetime.now(UTC))
    old = world.submission(world.unit(EAS[0], 1))
    new = world.submission(world.unit(EAS[0], 2), form_version="newer")
    assert send(client, world, old, new) == [("stored", None)] * 2
    drain(workers)
    assert (figures(world, EAS[0]).received, figures(world, EAS[0]).complete) == (2, 2)


def test_an_export_has_no_columns_of_a_draft(world: World, drafted: CompiledForm) -> None:
    with Session(world.engine) as session:
        ids = versions_in_use(session, world.id)
    names = world.sql("SELECT version FROM form_versions WHERE id = ANY(:ids)", ids=ids)
    assert [one.version for one in names] == [world.version]
