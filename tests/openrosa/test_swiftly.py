"""The short way keeps what the long way keeps, and leaves to it what is unusual."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain import bodies
from survey_server.domain.forms import CompiledForm
from survey_server.services import keys
from survey_server.services.openrosa import swiftly, told
from tests.http import drain
from tests.openrosa.sent import Collect, changed
from tests.world import EAS, World

KEPT = (
    "SELECT s.position, s.device_id, s.person_id, s.form_version_id, s.revision, s.replaces,"
    " s.unit_id, s.ea_id, s.state, s.content_sha256 = sha256(:xml) AS content, s.digest,"
    " s.interview_id = s.instance_id AS own, b.device_id, b.outcomes,"
    " b.request_sha256 = sha256(:xml) AS request, s.received_at = b.received_at AS then_too,"
    " y.body_format, y.key_id IS NOT NULL AS sealed, p.attempts, p.submissions, p.lease_until,"
    " p.received_at = b.received_at AS pending_then"
    " FROM submissions s JOIN batches b ON b.id = s.batch JOIN batch_bodies y ON y.batch = b.id"
    " LEFT JOIN pending_batches p ON p.batch = b.id WHERE s.instance_id = :id"
)


@pytest.fixture
def collect(client: FlaskClient, world: World, long_form: CompiledForm) -> Collect:
    """Whose form and key the process has met."""
    made = Collect(client, world, long_form)
    assert made.send(made.xml(10)).status_code == 201
    return made


def forget(collect: Collect) -> None:
    """What the process remembers of this survey."""
    swiftly._keys.pop(collect.world.id, None)


def is_remembered(collect: Collect) -> bool:
    return collect.world.id in swiftly._keys


def kept(collect: Collect, instance: str, xml: bytes) -> Any:
    (row,) = collect.world.sql(KEPT, id=uuid.UUID(instance[5:]), xml=xml)
    return row


def ended(xml: bytes, at: datetime) -> bytes:
    told = f"<finished_at>{at.isoformat(timespec='milliseconds')}</finished_at>".encode()
    made, count = re.subn(rb"<finished_at>[^<]*</finished_at>", told, xml)
    assert count == 1
    return made


UNIT = b"01-001-00001-001-003"


@pytest.mark.parametrize(
    ("unit", "days", "outcome"),
    [
        (UNIT, 0, "stored"),
        (UNIT, 9, "stored:clock_skew"),
        (b"01-001-00001-002-003", 0, "stored:not_assigned"),
        (b"", 0, "stored:unit_unknown"),
        (b"01-001-00001-001-999", 9, "stored:unit_unknown"),
    ],
)
def test_both_ways_keep_the_same(collect: Collect, unit: bytes, days: int, outcome: str) -> None:
    instance = f"uuid:{uuid.uuid4()}"
    xml = collect.xml(3, instance=instance).replace(UNIT, unit)
    xml = ended(xml, datetime.now(UTC) + timedelta(days))
    rows = []
    for long in (False, True):
        if long:
            for table in ("pending_batches", "batch_bodies"):
                collect.world.change(
                    f"DELETE FROM {table} WHERE batch = (SELECT batch FROM submissions"
                    " WHERE instance_id = :id)",
                    id=uuid.UUID(instance[5:]),
                )
            collect.world.change("DELETE FROM unknown_units WHERE survey_id = :survey")
            collect.world.change(
                "WITH gone AS (DELETE FROM submissions WHERE instance_id = :id RETURNING batch)"
                " DELETE FROM batches b USING gone WHERE b.id = gone.batch",
                id=uuid.UUID(instance[5:]),
            )
            forget(collect)
        assert is_remembered(collect) is not long
        assert collect.send(xml).status_code == 201
        rows.append(kept(collect, instance, xml))
    assert rows[0] == rows[1]
    assert rows[0].outcomes == [outcome]


def test_what_came_the_short_way_is_understood(collect: Collect, workers: Engine) -> None:
    assert collect.send(collect.xml(3)).status_code == 201
    drain(workers)
    told = collect.world.sql("SELECT counts, complete FROM interviews WHERE survey_id = :survey")
    assert [tuple(row) for row in told] == [(True, True)] * 2
    assert collect.count("pending_batches") == 0


def test_a_tablet_is_told_how_much_it_brought(collect: Collect) -> None:
    for number in (1, 2, 2):
        xml = collect.xml(number)
        assert [collect.send(xml).status_code for _ in range(2)] == [201, 201]
    (device,) = collect.world.sql(
        "SELECT received, seen_at FROM devices WHERE survey_id = :survey AND device_id = :id",
        id="tablet-lan",
    )
    assert device.received == 4


def test_a_tablet_that_sends_again_was_heard_of(collect: Collect) -> None:
    xml = collect.xml()
    collect.send(xml)
    collect.world.change(
        "UPDATE devices SET seen_at = seen_at - interval '1 hour' WHERE survey_id = :survey"
    )
    assert collect.send(xml).status_code == 201
    (row,) = collect.world.sql(
        "SELECT now() - seen_at < interval '1 minute' AS lately FROM devices"
        " WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )
    assert row.lately


def test_a_tablet_that_repeats_much_costs_no_sealing_and_goes_on_as_ever(
    collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [collect.xml(number) for number in (1, 2, 3)]
    assert [collect.send(xml).status_code for xml in (*several, several[0])] == [201] * 4
    sealed: list[bytes] = []
    seal = bodies.sealed

    def noted(*of: Any) -> bytes:
        sealed.append(seal(*of))
        return sealed[-1]

    monkeypatch.setattr(bodies, "sealed", noted)
    assert [collect.send(xml).status_code for xml in several] == [201] * 3
    assert sealed == []
    assert collect.send(collect.xml(4)).status_code == 201
    assert len(sealed) == 1
    other = changed(several[0], b"</data>", b"<!-- other --></data>")
    assert collect.send(other).status_code == 409
    assert len(collect.submissions()) == 5


def test_a_new_key_is_noticed(collect: Collect, workers: Engine) -> None:
    with Session(collect.world.engine) as session, session.begin():
        keys.rotate(session, collect.world.id, datetime.now(UTC))
    instance = f"uuid:{uuid.uuid4()}"
    assert collect.send(collect.xml(4, instance=instance)).status_code == 201
    rows = collect.world.sql(
        "SELECT DISTINCT y.key_id FROM batch_bodies y JOIN submissions s ON s.batch = y.batch"
        " WHERE s.survey_id = :survey"
    )
    assert len(rows) == 2
    drain(workers)
    assert {row.state for row in collect.submissions()} == {"derived"}


def test_a_number_kept_for_a_new_household_is_used(collect: Collect) -> None:
    code = f"{EAS[0]}-077"
    collect.world.change(
        "INSERT INTO units (survey_id, ea_id, code, expected, reserved_for)"
        " SELECT :survey, a.id, :code, false, (SELECT person_id FROM devices"
        "  WHERE survey_id = :survey AND device_id = 'tablet-lan')"
        " FROM areas a WHERE a.survey_id = :survey AND a.code = :ea",
        code=code,
        ea=EAS[0],
    )
    assert collect.send(changed(collect.xml(3), b"-001-003", b"-001-077")).status_code == 201
    (unit,) = collect.world.sql(
        "SELECT reserved_used_at FROM units WHERE survey_id = :survey AND code = :code", code=code
    )
    assert unit.reserved_used_at is not None


def test_what_is_remembered_is_only_what_cannot_change(collect: Collect) -> None:
    xml = changed(collect.xml(), b' version="', b' version="none-')
    assert collect.send(xml).status_code == 201
    remembered = {key for key in told._published if key[0] == collect.world.id}
    assert remembered == {(collect.world.id, collect.form.form_id, collect.form.version)}
