"""Whoever changes, removes, adds, swaps or cuts off an entry is found out, owner or not."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from survey_server import settings
from survey_server.local.throwaway import ThrowawayServers
from survey_server.services.audit import Entry, sealing
from tests.services.trails import OwnTrail, database_beside, own_trail


def test_a_trail_that_nobody_touched_is_as_it_was_written(own: OwnTrail) -> None:
    own.settle(5)
    own.settle(3, "ethnic")
    own.write(2)
    verdict = own.verdict()
    assert (verdict.faults, verdict.sealed, verdict.waiting, verdict.anchors) == ([], 8, 2, 2)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'refused'",
        "at = at + interval '1 second'",
        "person = 8",
        "person = NULL",
        "device = 1",
        "object = 'area:99'",
        "data = data || '{\"rows\": 99}'",
        "survey = 'ethnic'",
    ],
)
def test_an_edited_entry_is_named(own: OwnTrail, change: str) -> None:
    own.settle(5)
    own.damage(f"UPDATE audit_entries SET {change} WHERE id = 3")
    assert own.faults() == [("edited", 3)]


def test_a_removed_entry_is_named(own: OwnTrail) -> None:
    own.settle(5)
    own.damage("DELETE FROM audit_entries WHERE id = 3")
    assert own.faults() == [("removed", 3)]


def test_an_entry_removed_with_its_seal_is_found(own: OwnTrail) -> None:
    own.settle(5)
    own.damage(
        "DELETE FROM audit_entries WHERE id = 3", "DELETE FROM audit_seals WHERE entry_id = 3"
    )
    assert own.faults() == [("seal_removed", 3)]


def test_an_entry_removed_with_its_seal_is_found_although_the_rest_moved_up(
    own: OwnTrail,
) -> None:
    own.settle(5)
    own.damage(
        "DELETE FROM audit_entries WHERE id = 3",
        "DELETE FROM audit_seals WHERE entry_id = 3",
        "UPDATE audit_seals SET seq = seq - 1 WHERE seq = 4",
        "UPDATE audit_seals SET seq = seq - 1 WHERE seq = 5",
    )
    assert own.faults() == [("seal_changed", 4), ("cut_off", 5)]


def test_the_first_entry_cannot_be_taken_away(own: OwnTrail) -> None:
    own.settle(3)
    own.damage(
        "DELETE FROM audit_entries WHERE id = 1", "DELETE FROM audit_seals WHERE entry_id = 1"
    )
    assert own.faults() == [("seal_removed", 1)]


def test_an_inserted_entry_is_named(own: OwnTrail) -> None:
    own.settle(5)
    own.damage(
        "DELETE FROM audit_entries WHERE id = 3",
        "INSERT INTO audit_entries (id, at, action, survey) OVERRIDING SYSTEM VALUE"
        " VALUES (3, now(), 'refused', 'census'), (-1, now(), 'refused', 'census')",
    )
    assert own.faults() == [("edited", 3), ("inserted", -1)]


def test_an_inserted_entry_is_found_although_the_inserter_sealed_it(own: OwnTrail) -> None:
    own.settle(5)
    own.settle(1, "ethnic")
    own.damage(
        "INSERT INTO audit_entries (id, at, action, survey) OVERRIDING SYSTEM VALUE"
        " VALUES (-1, now(), 'refused', 'census')"
    )
    own.damage(
        "INSERT INTO audit_seals SELECT chain, 6, -1, hash, sha256('x') FROM audit_seals"
        " WHERE chain = 'census' AND seq = 5"
    )
    assert own.faults() == [("out_of_order", -1), ("edited", -1)]


def test_swapped_entries_are_named(own: OwnTrail) -> None:
    own.settle(5)
    own.damage(
        "UPDATE audit_entries e SET at = o.at, object = o.object, data = o.data"
        " FROM audit_entries o WHERE (e.id, o.id) IN ((2, 4), (4, 2))"
    )
    assert own.faults() == [("edited", 2), ("edited", 4)]


def test_swapped_seals_are_found(own: OwnTrail) -> None:
    own.settle(5)
    own.damage(
        "UPDATE audit_seals SET seq = 100 WHERE seq = 2",
        "UPDATE audit_seals SET seq = 2 WHERE seq = 4",
        "UPDATE audit_seals SET seq = 4 WHERE seq = 100",
    )
    assert ("seal_changed", 4) in own.faults()


def test_a_cut_tail_of_both_tables_is_found_by_the_anchors(own: OwnTrail) -> None:
    own.settle(5)
    own.settle(5)
    own.damage("DELETE FROM audit_entries WHERE id > 7", "DELETE FROM audit_seals WHERE seq > 7")
    assert own.faults() == [("cut_off", 8)]


def test_a_trail_that_is_gone_altogether_is_found_by_the_anchors(own: OwnTrail) -> None:
    own.settle(5)
    own.damage("TRUNCATE audit_entries, audit_seals, audit_anchors RESTART IDENTITY")
    assert own.faults() == [("cut_off", 1)]


def test_a_chain_made_anew_from_a_changed_entry_contradicts_its_anchor(own: OwnTrail) -> None:
    own.settle(5)
    own.damage("UPDATE audit_entries SET person = 8 WHERE id = 3", "TRUNCATE audit_seals")
    own.seal()
    assert own.faults() == [("rewritten", 5)]


def test_a_cut_file_of_anchors_is_found(own: OwnTrail) -> None:
    for _ in range(3):
        own.settle(2)
    lines = own.file.read_bytes().splitlines(keepends=True)
    own.file.write_bytes(b"".join(lines[:2]))
    assert own.faults() == [("anchor_missing", 3)]
    own.file.write_bytes(lines[2])
    assert own.faults() == [("anchor_edited", 3), ("anchor_missing", 1), ("anchor_missing", 2)]
    own.file.unlink()
    assert own.faults() == [("anchor_missing", 1), ("anchor_missing", 2), ("anchor_missing", 3)]


def test_anchors_go_on_after_their_file_was_taken_away_and_the_gap_stays(own: OwnTrail) -> None:
    own.settle(2)
    own.file.unlink()
    own.settle(2)
    assert own.faults() == [("anchor_missing", 1)]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"anchor":1', b'"anchor":9'), (b'"census":[2', b'"census":[1'), (b"{", b"["), (b"0", b"1")],
)
def test_an_edited_anchor_is_found(own: OwnTrail, old: bytes, new: bytes) -> None:
    own.settle(2)
    own.file.write_bytes(own.file.read_bytes().replace(old, new, 1))
    assert "anchor_edited" in {kind for kind, _ in own.faults()}


def test_an_anchor_that_another_key_signed_is_found(own: OwnTrail, tmp_path: Path) -> None:
    from survey_server import receipts

    own.key, real = receipts.key_of(tmp_path / "forged.pem"), own.key
    own.settle(2)
    own.key = real
    assert own.faults() == [("anchor_edited", 1)]


def test_an_anchor_that_was_half_written_when_the_power_failed_is_no_fault(
    own: OwnTrail,
) -> None:
    own.settle(2)
    with own.file.open("ab") as file:
        file.write(b'{"anchor":2,"at":"2024')
    assert own.faults() == []
    own.settle(2)
    verdict = own.verdict()
    assert (verdict.faults, verdict.anchors) == ([], 2)


def test_nothing_is_anchored_twice(own: OwnTrail) -> None:
    own.settle(2)
    assert not own.anchor()
    assert own.verdict().anchors == 1


def test_an_old_backup_that_was_restored_is_noticed(
    own: OwnTrail, servers: ThrowawayServers, chosen: settings.Settings, tmp_path: Path
) -> None:
    own.settle(5)
    database = own.owner.url.database
    assert database
    for one in (own.owner, own.worker, own.trail.engine):
        one.dispose()
    with database_beside(servers, f"{database}_backup", database):
        own.settle(5)
        with own_trail(servers, chosen, f"{database}_backup", tmp_path) as restored:
            restored.anchored = 10
            assert restored.faults() == [("cut_off", 6)]
            restored.settle(7)
            assert ("rewritten", 10) in restored.faults()


def test_an_entry_that_commits_late_is_sealed_in_its_place(own: OwnTrail) -> None:
    insert = text("INSERT INTO audit_entries (at, action) VALUES (now(), 'refused')")
    own.write(1)
    with own.trail.engine.connect() as slow:
        slow.execute(insert)
        own.write(3)
        assert own.seal() == 0
        slow.commit()
    assert own.seal() == 5
    assert own.verdict().faults == []


def test_a_long_transaction_that_writes_no_entry_delays_nothing(own: OwnTrail) -> None:
    with own.owner.connect() as busy:
        busy.execute(text("CREATE TABLE busy (id integer)"))
        own.write(3)
        assert own.seal() == 3


def test_eight_writers_and_two_sealers_at_once_leave_one_whole_chain(own: OwnTrail) -> None:
    done = threading.Event()

    def sealing_all_the_time() -> None:
        while not done.is_set():
            sealing.seal(own.worker)

    with ThreadPoolExecutor(10) as pool:
        sealers = [pool.submit(sealing_all_the_time) for _ in range(2)]
        writers = [pool.submit(own.write, 100, survey) for survey in ("a", "b") for _ in range(4)]
        for one in writers:
            one.result()
        done.set()
        for one in sealers:
            one.result()
    own.seal()
    verdict = own.verdict()
    assert (verdict.faults, verdict.sealed, verdict.waiting) == ([], 800, 0)


def test_25_000_entries_are_verified_in_less_than_a_second_of_work(own: OwnTrail) -> None:
    own.damage(
        "INSERT INTO audit_entries (at, action, survey, person, object, data)"
        " SELECT now(), 'findings_viewed', 'census', 7, 'area:' || n,"
        " jsonb_build_object('rows', n, 'area', '01.001') FROM generate_series(1, 25000) n"
    )
    own.seal()
    own.anchor()
    begun = time.process_time()
    verdict = own.verdict()
    worked = time.process_time() - begun
    assert (verdict.faults, verdict.sealed) == ([], 25_000)
    assert worked < 1, f"{worked:.2f} s, besides the start of the command"


def test_the_commands_of_the_trail_load_no_simulator_and_no_compiler() -> None:
    told = "import sys, survey_server.commands.audit; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = ("apiflask", "lxml", "survey_server.simulator", "survey_server.store.intake")
    assert loaded.isdisjoint(heavy)


def test_a_seal_at_the_lowest_place_there_is_hides_nothing(own: OwnTrail) -> None:
    own.settle(3)
    own.damage(
        "INSERT INTO audit_entries (id, at, action, survey) OVERRIDING SYSTEM VALUE"
        " VALUES (0, now(), 'refused', 'census')",
        "INSERT INTO audit_seals VALUES ('census', -9223372036854775808, 0, '', '')",
    )
    faults = own.faults()
    assert ("edited", -9223372036854775808) in faults
    assert len(faults) < 110, "a place that is far away is not told place by place"


@pytest.mark.parametrize("role", ["web", "worker"])
@pytest.mark.parametrize("table", ["audit_entries", "audit_seals", "audit_anchors"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
)
def test_neither_role_can_change_or_remove_anything(
    own: OwnTrail, role: str, table: str, statement: str
) -> None:
    own.settle(1)
    columns = {"audit_entries": "action", "audit_seals": "hash", "audit_anchors": "line_sha256"}
    made = own.trail.engine if role == "web" else own.worker
    with made.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement.format(table, columns[table])))


@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
)
def test_the_owner_is_stopped_too_while_the_triggers_are_there(
    own: OwnTrail, statement: str
) -> None:
    own.settle(1)
    with own.owner.connect() as connection, pytest.raises(ProgrammingError, match="append-only"):
        connection.execute(text(statement.format("audit_entries", "action")))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_seals VALUES ('', 1, 1, '', '')",
        "INSERT INTO audit_anchors VALUES (1, now(), '')",
        "INSERT INTO audit_entries (id, at, action) OVERRIDING SYSTEM VALUE"
        " VALUES (1000000, now(), 'refused')",
        "SELECT setval('audit_entries_id_seq', 1000000)",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    ],
)
def test_the_web_role_cannot_forge_a_seal_or_an_id(own: OwnTrail, statement: str) -> None:
    with (
        own.trail.engine.connect() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_an_entry_tells_nothing_when_a_fault_is_told(own: OwnTrail) -> None:
    secret = "Nguyễn Thị Bí Mật"
    own.trail.note(Entry("refused", "census", object=secret, data={"told": secret}))
    own.seal()
    own.damage("UPDATE audit_entries SET person = 9")
    assert secret not in repr(own.verdict())
