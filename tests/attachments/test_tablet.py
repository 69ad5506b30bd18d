"""The reference tablet sends its photos to the real server, over links that break."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_server.domain import sync as cursors
from survey_server.store import attachments as stored
from survey_server.tablet.connection import NoAnswer, TooSlow
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import Answer
from survey_server.tablet.records import Attachment, Record, digest, spelt
from survey_server.tablet.rescue import export_store
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.attachments.files import head_of, photo, rows, sum_of
from tests.tablet.conftest import RunningClock
from tests.world import EAS, LONG, World

Trouble = Callable[["Line", str, bytes], Answer | None]


class Line:
    """To the server in this process; `trouble` may answer in its place, or break the exchange."""

    def __init__(self, client: FlaskClient, world: World) -> None:
        self._client = client
        self._head = head_of(world)
        self.trouble: Trouble = lambda *_: None
        self.pieces: list[int] = []

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._exchange("GET", path, None, headers or {})

    def post_packed(self, path: str, packed: bytes) -> Answer:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self._exchange("POST", path, packed, headers)

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        self.pieces.append(len(body))
        return self.trouble(self, path, body) or self._exchange("PUT", path, body, headers)

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        answer = self._client.open(path, method=method, data=body, headers=self._head | headers)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, told, answer.data)


@pytest.fixture
def line(client: FlaskClient, world: World) -> Line:
    return Line(client, world)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "tablet.sqlite")


def synced(store: Store, line: Line, seed: int = 1) -> Sync:
    return Sync(store, line, clock=RunningClock(), random=Random(seed), fetch_forms=False)


def finished(store: Store, world: World, *files: bytes) -> Record:
    """An interview with photos, as the tablet keeps it."""
    answers = spelt(world.answers(world.unit(EAS[0], 1)))
    attachments = tuple(
        Attachment(f"{number}.jpg", store.keep_file(content), len(content))
        for number, content in enumerate(files)
    )
    record = Record(
        instance_id=str(uuid.uuid4()), form_id=LONG, form_version=world.version,
        interview_id=str(uuid.uuid4()), unit=world.unit(EAS[0], 1),
        started_at="2024-04-03T09:00:00+07:00", finished_at="2024-04-03T09:20:00+07:00",
        answers=answers, sha256=digest(answers), attachments=attachments,
    )  # fmt: skip
    store.keep([record])
    return record


def missing(world: World) -> int:
    with Session(world.engine) as session:
        return sum(stored.missing_by_device(session, world.id).values())


def sums(world: World) -> set[str]:
    return {bytes(row.sha256).hex() for row in rows(world)}


def test_photos_follow_their_interview_and_are_released(
    store: Store, line: Line, world: World
) -> None:
    files = [photo(300_000), photo(1000)]
    record = finished(store, world, *files)
    assert store.record(record.instance_id) == record
    assert synced(store, line).run().do == "rest"
    assert sums(world) == {sum_of(one) for one in files}
    assert (store.unacknowledged_files(), missing(world)) == ([], 0)
    assert max(line.pieces) > 65_536
    names = world.sql("SELECT name FROM submission_attachments WHERE survey_id = :survey")
    assert sorted(row.name for row in names) == ["0.jpg", "1.jpg"]


def test_a_photo_that_the_server_has_is_not_sent(store: Store, line: Line, world: World) -> None:
    content = photo()
    finished(store, world, content)
    synced(store, line).run()
    line.pieces.clear()
    other = Store(":memory:")
    finished(other, world, content)
    synced(other, line).run()
    assert (line.pieces, other.unacknowledged_files()) == ([], [])


def test_over_a_link_that_breaks_all_the_time_a_photo_still_arrives(
    store: Store, line: Line, world: World
) -> None:
    drawn = Random(5)

    def bad(line: Line, path: str, body: bytes) -> Answer | None:
        lost = drawn.random()
        if lost < 0.3:
            raise NoAnswer("lost request")
        if lost < 0.5:
            headers = {"Upload-Offset": "0", "Upload-Length": str(len(content))}
            # A copy of something else arrives, or the answer is lost.
            line._exchange("PUT", path, content[: len(body)], headers)
            raise NoAnswer("lost answer")
        return None

    content = photo(700_000)
    finished(store, world, content)
    line.trouble = bad
    assert synced(store, line).run().do == "rest"
    assert sums(world) == {sum_of(content)}
    assert store.unacknowledged_files() == []


def test_a_tablet_that_is_switched_off_goes_on_where_the_server_is(
    store: Store, line: Line, world: World
) -> None:
    content = photo(400_000)
    finished(store, world, content)
    first = synced(store, line)
    while len(line.pieces) < 2:
        first.step()
    sent = sum(line.pieces)
    synced(store, line, seed=2).run()
    assert sums(world) == {sum_of(content)}
    assert sum(line.pieces) == len(content)
    assert 0 < sent < len(content)


def test_no_answer_but_a_signed_one_releases_a_photo(
    store: Store, line: Line, world: World
) -> None:
    content = photo()
    finished(store, world, content)
    forged = f'{{"sha256":"{sum_of(content)}","bytes":2000,"complete":true}}'.encode()
    friendly = [
        Answer(200, {}, b"<html>Welcome to the airport</html>"),
        Answer(201, {}, forged),
        Answer(201, {"receipt-signature": "key:AAAA"}, forged),
    ]
    line.trouble = lambda *_: friendly.pop() if friendly else None
    sync = synced(store, line)
    while friendly:
        sync.step()
        assert store.unacknowledged_files() == [sum_of(content)]
    assert rows(world) == []
    sync.run()
    assert sums(world) == {sum_of(content)}


def test_what_the_server_will_not_take_is_set_aside_and_holds_nobody_up(
    store: Store, line: Line, world: World
) -> None:
    page, content = b"<html>a page</html>", photo()
    finished(store, world, page, content)
    assert synced(store, line).run().do == "rest"
    assert sums(world) == {sum_of(content)}
    assert store.unacknowledged_files() == [sum_of(page)]
    assert store.file(sum_of(page)) == page
    assert missing(world) == 1


def test_a_revoked_tablet_keeps_its_photos(store: Store, line: Line, world: World) -> None:
    content = photo()
    finished(store, world, content)
    sync = synced(store, line)
    while store.held():
        sync.step()
    world.change("UPDATE devices SET revoked_at = now() WHERE survey_id = :survey"
                 " AND device_id = 'tablet-lan'")  # fmt: skip
    following = sync.run()
    assert (following.do, following.reason) == ("stop", "token_revoked")
    assert store.unacknowledged_files() == [sum_of(content)]


@pytest.mark.parametrize("sign", ["epoch", "cursor", "count"])
def test_after_a_restore_of_the_server_photos_are_offered_again(
    store: Store, line: Line, world: World, sign: str
) -> None:
    content = photo()
    finished(store, world, content)
    synced(store, line).run()
    world.change("DELETE FROM attachments WHERE survey_id = :survey")
    match sign:
        case "epoch":
            store.note("epoch", '"before the restore"')
        case "cursor":
            known = cursors.read(str(store.setting("cursor")))
            later = replace(known, since=10**15, then=10**15)
            store.note("cursor", cursors.spelled(later))
        case "count":
            world.change("UPDATE devices SET received = 0 WHERE survey_id = :survey")
    store.note("etag", None)
    synced(store, line).run()
    assert sums(world) == {sum_of(content)}


def test_photos_make_room_once_they_are_safe(store: Store, line: Line, world: World) -> None:
    content = photo()
    finished(store, world, content)
    assert store.forget_files("2100-01-01") == 0
    synced(store, line).run()
    assert store.forget_files("2100-01-01") == 0
    store.forget_acknowledged("2100-01-01")
    assert store.forget_files("2100-01-01") == 1
    assert store.file(sum_of(content)) is None


def test_a_store_from_before_there_were_photos_is_brought_up_to_date(tmp_path: Path) -> None:
    old = Store(tmp_path / "old.sqlite")
    old._db.executescript(
        "DROP TRIGGER an_unacknowledged_file_stays; DROP TABLE named_files; DROP TABLE files;"
        "PRAGMA user_version = 1;"
    )
    old.close()
    assert Store(tmp_path / "old.sqlite").keep_file(b"x")


def test_sizes_of_pieces_follow_the_pace(store: Store, line: Line, world: World) -> None:
    content = photo(900_000)
    finished(store, world, content)
    slow = Sync(
        store, line, clock=RunningClock(), random=Random(1), fetch_forms=False,
        pace=replace(Pace(), fast_round_trip=-1.0),
    )  # fmt: skip
    slow.run()
    assert set(line.pieces[:-1]) == {65_536}


def test_after_silence_pieces_are_smaller_and_stay_so_when_the_app_is_started_again(
    store: Store, line: Line, world: World
) -> None:
    def silent(line: Line, path: str, body: bytes) -> Answer | None:
        raise TooSlow("silence")

    finished(store, world, photo(100_000))
    sync = synced(store, line)
    line.trouble = silent
    while len(line.pieces) < 4:
        sync.step()
    assert line.pieces == [65_536, 16_384, 4096, 4096]
    line.trouble = lambda *_: None
    line.pieces.clear()
    assert synced(store, line).run().do == "rest"
    assert line.pieces[:3] == [4096, 8192, 16_384]
    assert sum(line.pieces) == 100_000


def test_small_files_go_before_large_ones(store: Store, line: Line, world: World) -> None:
    finished(store, world, photo(30_000), photo(2000), photo(9000))
    assert synced(store, line).run().do == "rest"
    assert line.pieces == [2000, 9000, 30_000]


def test_photos_that_no_server_has_are_written_out_for_rescue(
    store: Store, world: World, tmp_path: Path
) -> None:
    content = photo()
    finished(store, world, content)
    written = export_store(store, tmp_path / "out", clock=RunningClock(), random=Random(1))
    assert [one.name for one in written][1:] == [f"file-{sum_of(content)}"]
    assert written[1].read_bytes() == content
