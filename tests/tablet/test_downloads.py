"""What a tablet makes of pages, tombstones, lost cursors and servers that hold less than before."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from survey_server.tablet.records import Record
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.tablet.conftest import RunningClock
from tests.tablet.fake_server import FakeServer

Making = Callable[..., Record]
EA = "01-001-00001-001"
# What the first stores in the field looked like.
FIRST_UNITS = (
    "CREATE TABLE units (code TEXT PRIMARY KEY, ea TEXT NOT NULL, address TEXT, head_name TEXT,"
    " listed_persons INTEGER)"
)


def unit(number: int, ea: str = EA, **more: Any) -> dict[str, Any]:
    return {"code": f"{ea}-{number:03}", "ea": ea, "address": None, "head_name": None} | more


def next_state(sync: Sync, server: FakeServer, **news: Any) -> None:
    server.news = news
    sync.ask_for_state()
    assert sync.step().do == "go_on"


def delta(sync: Sync, server: FakeServer, **news: Any) -> None:
    unchanged = dict.fromkeys(
        ("forms", "assignments", "limits", "receipt_key", "reviews", "messages"), None
    )
    next_state(sync, server, **(unchanged | {"whole": False, "units": []} | news))


def numbers_of(store: Store) -> list[int]:
    return [int(one.code[-3:]) for one in store.units()]


def test_a_delta_changes_what_it_names_and_nothing_else(
    sync: Sync, store: Store, server: FakeServer
) -> None:
    sync.run()
    delta(
        sync,
        server,
        units=[unit(3, head_name="Trần Thị Bưởi"), unit(21)],
        removed={"eas": [], "units": [f"{EA}-005"]},
        cursor="8",
    )
    assert numbers_of(store) == [1, 2, 3, 4, *range(6, 22)]
    assert store.units()[2].head_name == "Trần Thị Bưởi"
    assert store.assignments()[0].ea == EA
    assert store.setting("cursor") == "8"


def test_an_area_that_is_gone_takes_its_units_along_but_those_told_with_it(
    sync: Sync, store: Store, server: FakeServer
) -> None:
    sync.run()
    moved = unit(7) | {"ea": "01-001-00001-002"}
    delta(sync, server, units=[moved], removed={"eas": [EA], "units": []})
    assert [(one.code, one.ea) for one in store.units()] == [(f"{EA}-007", "01-001-00001-002")]


def test_a_download_that_breaks_in_the_middle_takes_no_household_away(
    sync: Sync, store: Store, server: FakeServer
) -> None:
    sync.run()
    next_state(sync, server, units=[unit(1)], more=True, cursor="page-1")
    assert len(store.units()) == 20
    next_state(sync, server, units=[unit(30)], more=True, cursor="page-2")
    assert len(store.units()) == 21
    next_state(sync, server, units=[unit(31)], cursor="9")
    assert numbers_of(store) == [1, 30, 31]


def test_a_cursor_that_is_out_of_date_leads_to_a_full_download_and_a_question(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview() for _ in range(3)]
    store.keep(made)
    sync.run()
    del server.stored[made[1].instance_id]
    server.gone_cursors = {"7"}
    sync.ask_for_state()
    sync.step()
    assert store.setting("cursor") is None
    assert len(store.units()) == 20
    uploads = len(server.uploads)
    assert sync.run().do == "rest"
    assert server.questions == [[one.instance_id for one in made]]
    assert server.stored.keys() == {one.instance_id for one in made}
    assert len(server.uploads) == uploads + 1
    assert store.states()["acked"] == 3


def test_a_cursor_that_was_damaged_is_forgotten_and_nothing_else(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview()])
    sync.run()
    server.refused_cursors = {"7": (422, "param_invalid")}
    server.news = {"cursor": "8"}
    sync.ask_for_state()
    assert sync.run().do == "rest"
    assert store.setting("cursor") == "8"
    assert len(store.units()) == 20
    assert server.questions == []


def test_a_survey_that_has_ended_stops_the_tablet_and_takes_nothing_from_it(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    server.refused_cursors = {"/api/v1/sync/state": (410, "survey_retired")}
    store.keep([interview()])
    following = sync.run()
    assert (following.do, following.reason) == ("stop", "survey_retired")
    assert store.states()["pending"] == 1


def test_an_area_may_have_no_form_of_its_own(sync: Sync, store: Store, server: FakeServer) -> None:
    place = {"ea": EA, "name": "Tổ 1", "due": None}
    next_state(sync, server, assignments=[place | {"form_id": None}])
    assert [(one.ea, one.form_id) for one in store.assignments()] == [(EA, None)]


def test_a_server_that_holds_less_than_it_acknowledged_is_asked(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    made = [interview() for _ in range(4)]
    store.keep(made)
    sync.run()
    next_state(sync, server, held_by_server=4)
    sync.run()
    assert server.questions == []
    del server.stored[made[0].instance_id]
    next_state(sync, server, held_by_server=3)
    assert sync.run().do == "rest"
    assert server.times_stored[made[0].instance_id] == 2
    next_state(sync, server, held_by_server=4)
    sync.run()
    assert len(server.questions) == 1


def test_a_server_that_cannot_be_asked_is_sent_everything(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(3)])
    sync.run()
    server.stored.clear()
    server.cannot_be_asked = True
    server.epoch = "epoch-2"
    sync.ask_for_state()
    assert sync.run().do == "rest"
    assert len(server.stored) == 3


def test_a_forged_verdict_releases_nothing(
    sync: Sync, store: Store, server: FakeServer, interview: Making, clock: RunningClock
) -> None:
    store.keep([interview()])
    sync.run()
    server.stored.clear()
    server.epoch = "epoch-2"
    honest = server.signature
    server.signature = lambda body: honest(body + b" ")  # type: ignore[method-assign]
    sync.ask_for_state()
    sync.run()
    assert clock.waits
    server.signature = honest  # type: ignore[method-assign]
    again = Sync(store, sync._uploads._connection, clock=clock, random=sync._uploads._random)
    assert again.run().do == "rest"
    assert len(server.stored) == 1


def test_numbers_for_new_households_are_used_once(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    next_state(sync, server, reserved_numbers=[{"ea": EA, "units": [f"{EA}-021", f"{EA}-022"]}])
    assert store.free_numbers(EA) == [f"{EA}-021", f"{EA}-022"]
    store.keep([interview(f"{EA}-021")])
    assert store.free_numbers(EA) == [f"{EA}-022"]
    assert store.free_numbers("another") == []


def test_returned_interviews_and_messages_stay_until_they_are_told_otherwise(
    sync: Sync, store: Store, server: FakeServer
) -> None:
    returned = {
        "id": 1, "interview_id": "i", "instance_id": "s", "unit": None, "ea": EA, "at": "…",
        "comment": "Hỏi lại", "comments": [{"path": "person[1]/age", "text": "?"}],
    }  # fmt: skip
    message = {"id": 2, "text": "Họp lúc 5 giờ", "sender": "Hoa", "at": "…"}
    next_state(sync, server, reviews=[returned], messages=[message])
    delta(sync, server)
    assert store.reviews()[0].comments[0].path == "person[1]/age"
    assert store.messages()[0].text == "Họp lúc 5 giờ"
    delta(sync, server, reviews=[])
    assert store.reviews() == []


def test_a_store_from_before_is_brought_up_to_date_with_all_it_holds(
    tmp_path: Path, interview: Making
) -> None:
    path = tmp_path / "old.sqlite"
    store = Store(path)
    record = interview()
    store.keep([record])
    store.note("cursor", "4f1c")
    store.close()
    with sqlite3.connect(path) as old:
        old.executescript(f"DROP TABLE units; {FIRST_UNITS}; PRAGMA user_version = 0")
        old.execute("INSERT INTO units VALUES ('a-1', 'a', NULL, NULL, NULL)")
    old.close()
    for _ in range(2):
        again = Store(path)
        assert again.record(record.instance_id) == record
        assert [one.code for one in again.units()] == ["a-1"]
        assert again.setting("cursor") is None
        again.close()
