"""What a tablet does when the network, a relay or the server itself misbehaves."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from survey_server.tablet.connection import HttpConnection, NoAnswer
from survey_server.tablet.protocol import Answer
from survey_server.tablet.records import Record
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.tablet.conftest import RunningClock
from tests.tablet.fake_server import (
    FakeServer,
    Misbehaviour,
    bare,
    captive_portal,
    changed_receipt,
    forged_receipt,
    lost_request,
    lost_response,
    refusal,
    truncated_response,
)

Making = Callable[..., Record]


def _another_batch(body: dict[str, Any]) -> None:
    body["batch_id"] = "00000000-0000-4000-8000-000000000000"


def _one_result_less(body: dict[str, Any]) -> None:
    body["results"].pop()


def _swapped(body: dict[str, Any]) -> None:
    body["results"].reverse()


def _other_digest(body: dict[str, Any]) -> None:
    body["results"][0]["sha256"] = "0" * 64


def _unheard_of(body: dict[str, Any]) -> None:
    body["results"][0]["outcome"] = "thrown_away"


NOT_RECEIPTS = {
    "lost request": lost_request,
    "lost response": lost_response,
    "truncated": truncated_response,
    "captive portal": captive_portal,
    "forged": forged_receipt,
    "another batch": changed_receipt(_another_batch),
    "one result less": changed_receipt(_one_result_less),
    "swapped results": changed_receipt(_swapped),
    "other digest": changed_receipt(_other_digest),
    "unknown outcome": changed_receipt(_unheard_of),
    "bare 204": bare(204),
    "redirect": bare(302),
    "proxy's 502": bare(502),
    "portal's 403": bare(403),
    "proxy's 413": bare(413),
}


@pytest.mark.parametrize("how", NOT_RECEIPTS.values(), ids=NOT_RECEIPTS.keys())
def test_nothing_less_than_a_receipt_releases_anything(
    how: Misbehaviour, sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview(number=str(number)) for number in range(3)]
    store.keep(made)
    server.misbehave(how)
    sync.step()
    assert sync.step().do == "wait"
    assert store.states() == {"pending": 3, "acked": 0, "rescue": 0}
    assert sync.run().do == "rest"
    assert store.states()["acked"] == 3
    assert server.stored == {record.instance_id: record.answers for record in made}
    assert set(server.times_stored.values()) == {1}


def test_a_batch_without_an_answer_is_repeated_byte_for_byte(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(3)])
    server.misbehave(lost_response, truncated_response)
    store_more = [interview() for _ in range(3)]
    sync.step()
    sync.step()
    store.keep(store_more)
    sync.run()
    assert server.uploads[0] == server.uploads[1] == server.uploads[2]
    assert store.states()["acked"] == 6


def test_a_link_too_thin_for_the_batch_gets_smaller_ones(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(8)])
    server.misbehave(*[lost_request] * 6)
    sync.run()
    assert server.sizes[0] == 2
    assert store.states()["acked"] == 8


def test_a_submission_that_breaks_the_server_lets_the_others_go_first(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(2)])
    server.misbehave(*[refusal(500, "internal_error")] * 6)
    assert sync.run().do == "rest"
    assert store.states()["acked"] == 2


def test_waits_honour_retry_after_and_grow_with_jitter(
    sync: Sync, store: Store, server: FakeServer, clock: RunningClock, interview: Making
) -> None:
    store.keep([interview()])
    server.misbehave(
        refusal(503, "overloaded", True, retry_after="120"),
        refusal(429, "rate_limited", True),
        refusal(409, "in_progress", True),
        refusal(503, "db_unavailable", True, retry_after="Wed, 03 Apr 2024 13:00:00 GMT"),
        refusal(503, "storage_full", True, retry_after="soon"),
    )
    assert sync.run().do == "rest"
    asked, limited, in_progress, dated, unclear = clock.waits
    assert 120 <= asked <= 160
    assert 2 <= limited <= 4
    assert 4 <= in_progress <= 8
    assert 3000 <= dated <= 4600
    assert 16 <= unclear <= 32
    assert len({len(server.sizes), store.states()["acked"]}) == 1


def test_an_error_halves_the_next_batch(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(40)])
    server.misbehave(refusal(503, "overloaded", True))
    sync.run()
    assert server.sizes == [10, 10, 20]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_submissions_that_a_refusal_points_at_are_set_aside_and_the_rest_is_sent(
    status: int, sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview() for _ in range(5)]
    store.keep(made)
    server.misbehave(refusal(status, "too_deep", False, "/submissions/1/answers", "/submissions/3"))
    assert sync.run().do == "rest"
    assert store.unacknowledged() == [made[1], made[3]]
    assert store.states() == {"pending": 0, "acked": 3, "rescue": 2}


def test_a_batch_too_large_is_split(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(10)])
    server.misbehave(refusal(413, "body_too_large"), refusal(413, "body_too_large"))
    assert sync.run().do == "rest"
    assert server.sizes[0] == 2
    assert store.states()["acked"] == 10


def test_a_refusal_that_points_nowhere_is_narrowed_down_to_the_one_at_fault(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview() for _ in range(4)]
    store.keep(made)
    invalid = refusal(400, "json_invalid")
    server.misbehave(invalid, invalid, invalid)
    assert sync.run().do == "rest"
    assert store.unacknowledged() == [made[0]]


def test_a_refused_envelope_stops_the_tablet_instead_of_blaming_interviews(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(4)])
    server.misbehave(refusal(422, "validation_failed", False, "/device_time"))
    assert sync.run().reason == "validation_failed"
    assert store.states()["pending"] == 4


def test_a_batch_id_used_before_is_exchanged_for_a_new_one(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(4)])
    server.misbehave(refusal(422, "batch_id_reused"))
    assert sync.run().do == "rest"
    assert store.states()["acked"] == 4


def test_a_revoked_tablet_stops_and_keeps_its_data(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    sync.run()
    store.keep([interview() for _ in range(4)])
    server.secrets.clear()
    stopped = sync.run()
    assert (stopped.do, stopped.reason) == ("stop", "token_revoked")
    assert store.states()["pending"] == 4


def test_a_tablet_that_is_too_old_still_sends_what_it_holds(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    sync.run()
    store.keep([interview() for _ in range(4)])
    server.wants_a_newer_app = True
    sync.ask_for_state()
    assert sync.run().do == "rest"
    assert store.states()["acked"] == 4


def test_a_tablet_that_is_too_old_from_the_first_is_told_so(sync: Sync, server: FakeServer) -> None:
    server.wants_a_newer_app = True
    stopped = sync.run()
    assert (stopped.do, stopped.reason) == ("stop", "upgrade_required")


def test_a_tablet_enrolled_again_sends_what_it_kept(
    store: Store,
    server: FakeServer,
    clock: RunningClock,
    random: Random,
    interview: Making,
    sync: Sync,
) -> None:
    sync.run()
    store.keep([interview() for _ in range(4)])
    server.secrets = {"the-new-secret"}
    assert sync.run().do == "stop"
    connection = HttpConnection(server.url, "the-new-secret")
    again = Sync(store, connection, clock=clock, random=random)
    assert again.run().do == "rest"
    assert store.states()["acked"] == 4
    connection.close()


def test_work_goes_home_while_the_state_cannot_be_downloaded(
    sync: Sync,
    store: Store,
    connection: HttpConnection,
    clock: RunningClock,
    random: Random,
    interview: Making,
) -> None:
    class HalfBroken:
        def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
            raise NoAnswer("broken")

        def post_packed(self, path: str, packed: bytes) -> Answer:
            return connection.post_packed(path, packed)

    sync.run()
    store.keep([interview()])
    assert Sync(store, HalfBroken(), clock=clock, random=random).run().do == "rest"
    assert store.states()["acked"] == 1


def test_the_secret_is_not_sent_to_another_server(connection: HttpConnection) -> None:
    with pytest.raises(NoAnswer, match="outside the server"):
        connection.get("http://example.org/form")
