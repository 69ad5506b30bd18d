"""What a tablet does when all goes well, and with each of the six outcomes."""

import gzip
import json
from collections.abc import Callable
from hashlib import sha256
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.protocol import Answer
from survey_server.tablet.records import Record, edit_of
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.tablet.conftest import RunningClock
from tests.tablet.fake_server import FORM, FakeServer

Making = Callable[..., Record]


def test_the_first_sync_brings_forms_units_limits_and_the_key(sync: Sync, store: Store) -> None:
    assert sync.run().do == "rest"
    assert [unit.code for unit in store.units()][:1] == ["01-001-00001-001-001"]
    assert store.assignments()[0].name == "Tổ 1"
    assert store.form_content("census_2024_long", "0123456789ab") == FORM
    assert store.limits().submissions == 500
    assert store.setting("cursor") == "7"


def test_everything_made_is_acknowledged_and_its_receipt_kept(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview(number=str(number)) for number in range(25)]
    store.keep(made)
    assert sync.run().do == "rest"
    assert store.states() == {"pending": 0, "acked": 25, "rescue": 0}
    assert server.stored == {record.instance_id: record.answers for record in made}


def test_the_answers_travel_byte_for_byte_with_their_digest(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    record = interview(note="Ở nhà 2 tầng \U0001f3e0, thôn Đoài")
    store.keep([record])
    sync.run()
    body = gzip.decompress(server.uploads[0])
    assert record.answers in body
    assert json.loads(body)["submissions"][0]["sha256"] == sha256(record.answers).hexdigest()
    assert json.loads(body)["held"] == 1


def test_batches_start_with_ten_and_double_while_answers_are_fast(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(100)])
    sync.run()
    assert server.sizes == [10, 20, 40, 30]


def test_batches_do_not_grow_while_answers_are_slow(
    store: Store,
    server: FakeServer,
    connection: HttpConnection,
    clock: RunningClock,
    random: Random,
    interview: Making,
) -> None:
    class Slow:
        def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
            return connection.get(path, headers)

        def post_packed(self, path: str, packed: bytes) -> Answer:
            clock.sleep(20)
            return connection.post_packed(path, packed)

    store.keep([interview() for _ in range(30)])
    Sync(store, Slow(), clock=clock, random=random).run()
    assert server.sizes == [10, 10, 10]


def test_a_batch_keeps_to_the_servers_limits(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    server.limits["unpacked_bytes"] = 3000
    store.keep([interview(note="x" * 300) for _ in range(12)])
    sync.run()
    assert max(server.sizes) == 3
    assert max(len(gzip.decompress(packed)) for packed in server.uploads) <= 3000
    assert store.states()["acked"] == 12


def test_one_submission_beyond_the_limits_is_set_aside_and_the_rest_is_sent(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    server.limits["unpacked_bytes"] = 3000
    store.keep([interview(note="x" * 5000), interview(), interview()])
    assert sync.run().do == "rest"
    assert store.states() == {"pending": 0, "acked": 2, "rescue": 1}


@pytest.mark.parametrize(
    "outcome", ["stored", "duplicate", "superseded", "conflict", "quarantined"]
)
def test_every_outcome_but_rejected_releases_the_tablets_copy(
    outcome: str, sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    record = interview()
    server.outcomes[record.instance_id] = (outcome, None, False)
    store.keep([record])
    sync.run()
    assert store.states()["acked"] == 1
    assert store.outcomes() == {outcome: 1}


def test_a_rejected_submission_is_kept_for_rescue(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    bad, good = interview(), interview()
    server.outcomes[bad.instance_id] = ("rejected", "rev_invalid", False)
    store.keep([bad, good])
    assert sync.run().do == "rest"
    assert store.states() == {"pending": 0, "acked": 1, "rescue": 1}
    assert store.unacknowledged() == [bad]


def test_a_submission_rejected_for_now_is_sent_again_in_a_new_batch(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    record = interview()
    server.outcomes[record.instance_id] = ("rejected", "sha_mismatch", True)
    store.keep([record])
    sync.step()
    assert sync.step().do == "wait"
    assert store.states()["pending"] == 1
    del server.outcomes[record.instance_id]
    assert sync.run().do == "rest"
    assert store.states()["acked"] == 1
    assert len(server.replies) == 2


def test_a_submission_rejected_again_and_again_is_set_aside_at_last(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    record = interview()
    server.outcomes[record.instance_id] = ("rejected", "sha_mismatch", True)
    store.keep([record])
    assert sync.run().do == "rest"
    assert store.states()["rescue"] == 1


def test_an_edit_is_a_new_record_that_says_what_it_replaces(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    first = interview()
    second = edit_of(
        first, "11111111-1111-4111-8111-111111111111", {"a": "2"}, "2024-04-03T13:00:00Z"
    )
    store.keep([second, first])
    sync.run()
    sent = json.loads(gzip.decompress(server.uploads[0]))["submissions"][0]
    assert (sent["revision"], sent["replaces"]) == (2, first.instance_id)
    assert sent["interview_id"] == first.interview_id
    assert len(server.stored) == 2


def test_a_restored_server_is_offered_everything_again(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(5)])
    sync.run()
    server.stored.clear()
    server.epoch = "epoch-2"
    sync.ask_for_state()
    assert sync.run().do == "rest"
    assert len(server.stored) == 5
    assert store.states()["acked"] == 5


def test_a_receipt_of_another_epoch_makes_the_tablet_ask_for_the_state(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview()])
    sync.run()
    server.stored.clear()
    server.epoch = "epoch-2"
    store.keep([interview()])
    sync.run()
    assert len(server.stored) == 2


def test_the_pinned_key_is_not_replaced_by_another(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    sync.run()
    pinned = store.receipt_key()
    server.key = Ed25519PrivateKey.generate()
    sync.ask_for_state()
    assert sync.run().reason == "receipt_key_changed"
    assert store.receipt_key() == pinned


def test_a_state_that_did_not_change_is_not_downloaded_again(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    sync.run()
    store.keep([interview()])
    sync.ask_for_state()
    assert sync.run().do == "rest"
    assert server.states_spared == 1
    assert len(store.units()) == 20
    assert store.states()["acked"] == 1
