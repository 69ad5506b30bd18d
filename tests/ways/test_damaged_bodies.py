"""What a disk damaged comes back with what the tablet still holds."""

import gzip
import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from survey_server.jobs.intake import utc_now
from survey_server.jobs.quarantine import reopen
from tests.api.carrying import device_of
from tests.http import drain
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures, send
from tests.openrosa.sent import Collect
from tests.ways.test_rescue_page import ask
from tests.world import EAS, World, body_of


def damage(world: World) -> None:
    """Every body of the survey."""
    world.change(
        "UPDATE batch_bodies SET body = set_byte(body, length(body) - 1,"
        " get_byte(body, length(body) - 1) # 255) WHERE batch IN"
        " (SELECT batch FROM submissions WHERE survey_id = :survey)"
    )


def aside(world: World) -> list[str]:
    found = world.sql(
        "SELECT q.code FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey AND s.state = 'quarantined'"
    )
    return [row.code for row in found]


def bring(client: FlaskClient, world: World, content: bytes, name: str) -> list[str]:
    """Outcomes, as the page's list tells them."""
    page = f"/surveys/{world.code}/devices/{device_of(world, 'tablet-lan')}/rescue"
    sent: dict[str, Any] = {"reason": "Đĩa hỏng", "file": (io.BytesIO(content), name)}
    done = ask(client, world, "hoa", page, **sent)
    assert done.status_code == 303
    listed = ask(client, world, "hoa", f"{done.headers['Location']}.csv").get_data(as_text=True)
    return [line.split(",")[2] for line in listed.splitlines()[1:]]


def read_anew(workers: Engine) -> None:
    reopen(workers, utc_now())
    drain(workers)


@pytest.fixture
def told(client: FlaskClient, world: World, workers: Engine) -> list[dict[str, Any]]:
    """Two interviews of one batch, acknowledged, and damaged before anybody read them."""
    made = [world.submission(world.unit(EAS[0], number)) for number in (1, 2)]
    send(client, world, *made)
    damage(world)
    drain(workers)
    assert aside(world) == ["body_damaged"] * 2
    return made


def test_what_the_tablet_holds_takes_the_place_of_what_was_damaged(
    client: FlaskClient, world: World, workers: Engine, told: list[dict[str, Any]]
) -> None:
    file = gzip.compress(body_of(*reversed(told)))
    assert bring(client, world, file, "a.json.gz") == ["stored", "stored"]
    read_anew(workers)
    assert aside(world) == []
    assert figures(world, EAS[0]).received == 2
    assert rebuild_all(world) == []
    names = world.sql("SELECT u.code, i.current FROM interviews i JOIN units u ON u.id = i.unit_id"
                      " WHERE i.survey_id = :survey")  # fmt: skip
    assert {(row.code, str(row.current)) for row in names} == {
        (one["unit"], one["instance_id"]) for one in told
    }
    assert bring(client, world, file, "a.json.gz") == ["duplicate", "duplicate"]
    acts = world.sql("SELECT a.act, a.reason FROM quarantine_acts a JOIN submissions s USING"
                     " (instance_id) WHERE s.survey_id = :survey")  # fmt: skip
    assert [tuple(row) for row in acts] == [("fixed", "Đĩa hỏng")] * 2
    noted = world.sql("SELECT object FROM audit_entries WHERE action = 'quarantine_fixed'"
                      " AND survey = :code", code=world.code)  # fmt: skip
    assert {row.object for row in noted} == {f"submission:{one['instance_id']}" for one in told}


def test_other_content_is_a_conflict_and_restores_nothing(
    client: FlaskClient, world: World, workers: Engine, told: list[dict[str, Any]]
) -> None:
    other = told[0] | {"answers": world.answers(told[0]["unit"])}
    for again in ("conflict", "duplicate"):
        file = gzip.compress(body_of(other))
        assert bring(client, world, file, "a.json.gz") == [again]
        read_anew(workers)
        assert aside(world) == ["body_damaged"] * 2


def test_a_folder_of_collect_does_so_too(
    client: FlaskClient, world: World, workers: Engine, long_form: CompiledForm
) -> None:
    collect = Collect(client, world, long_form)
    xml = collect.xml()
    assert collect.send(xml).status_code == 201
    damage(world)
    drain(workers)
    assert aside(world) == ["body_damaged"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("instances/household_1/household_1.xml", xml)
    assert bring(client, world, content.getvalue(), "instances.zip") == ["stored"]
    read_anew(workers)
    assert (aside(world), figures(world, EAS[0]).received) == ([], 1)
    assert rebuild_all(world) == []
