"""A restore of the database from a backup is acknowledged, and hides nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from survey_server import settings
from survey_server.domain.audit.anchors import Acknowledged
from survey_server.local.throwaway import ThrowawayServers
from survey_server.services import audit
from survey_server.services.audit.acknowledging import FileDamaged, Said, acknowledge
from tests.services.trails import BEGAN, OwnTrail, database_beside, own_trail


@pytest.fixture
def restored(
    own: OwnTrail, servers: ThrowawayServers, chosen: settings.Settings, tmp_path: Path
) -> Iterator[OwnTrail]:
    """From a backup with 5 entries and an anchor, after 5 more were written and anchored."""
    own.settle(5)
    database = own.owner.url.database
    assert database
    for one in (own.owner, own.worker, own.trail.engine):
        one.dispose()
    with database_beside(servers, f"{database}_backup", database):
        own.settle(5)
        with own_trail(servers, chosen, f"{database}_backup", tmp_path) as back:
            back.anchored = 10
            audit.keep_in(back.trail)
            yield back


SAID = Said("an operator", "disk of the database broke, backup of 10:00")


def _acknowledge(own: OwnTrail) -> Acknowledged | None:
    own.anchored += 1
    now = BEGAN + timedelta(minutes=5 * own.anchored)
    return acknowledge(own.owner, own.file, own.key, SAID, now)


def test_what_a_restore_lost_can_be_acknowledged_and_stays_named(restored: OwnTrail) -> None:
    found = _acknowledge(restored)
    assert found
    assert found.lost == {"census": (6, 10)}
    restored.settle(9)
    verdict = restored.verdict()
    assert verdict.faults == []
    gap = verdict.gaps[0]
    assert (gap.chain, gap.first, gap.last) == ("census", 6, 10)
    assert (gap.by, gap.reason) == (SAID.by, SAID.reason)
    with restored.owner.connect() as connection:
        written = "SELECT data ->> 'reason' FROM audit_entries WHERE action = 'audit_acknowledged'"
        assert connection.execute(text(written)).scalars().all() == [SAID.reason]
    assert _acknowledge(restored) is None


def test_a_restore_can_be_acknowledged_after_work_went_on(restored: OwnTrail) -> None:
    restored.settle(7)
    assert ("rewritten", 10) in restored.faults()
    assert _acknowledge(restored)
    assert restored.faults() == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit_entries SET person = 8 WHERE id = 3",
        "DELETE FROM audit_entries WHERE id = 3",
        "UPDATE audit_entries SET person = 8 WHERE id = (SELECT max(id) FROM audit_entries)",
        "DELETE FROM audit_seals WHERE seq > 9",
        "DELETE FROM audit_seals WHERE seq > 3",
    ],
)
def test_an_acknowledged_gap_hides_nothing_that_is_done_later(
    restored: OwnTrail, damage: str
) -> None:
    _acknowledge(restored)
    restored.settle(6)
    assert restored.faults() == []
    restored.damage(damage)
    assert restored.faults() != []


def test_an_acknowledged_gap_hides_no_chain_that_is_made_anew(restored: OwnTrail) -> None:
    _acknowledge(restored)
    restored.settle(6)
    restored.damage("UPDATE audit_entries SET person = 8 WHERE id = 3", "TRUNCATE audit_seals")
    restored.seal()
    assert {kind for kind, _ in restored.faults()} == {"rewritten"}


def test_a_tail_that_was_cut_off_is_not_acknowledged_as_a_restore(own: OwnTrail) -> None:
    own.settle(5)
    own.settle(5)
    audit.keep_in(own.trail)
    own.damage("DELETE FROM audit_entries WHERE id > 7", "DELETE FROM audit_seals WHERE seq > 7")
    assert _acknowledge(own) is None
    assert own.faults() == [("cut_off", 8)]


def test_nothing_is_acknowledged_by_a_file_that_was_changed(restored: OwnTrail) -> None:
    lines = restored.file.read_bytes()
    restored.file.write_bytes(lines.replace(b'"census":[10', b'"census":[11'))
    with pytest.raises(FileDamaged):
        _acknowledge(restored)
