"""ODK Collect, simulated, against a real gunicorn over TLS: all that an enumerator does with it."""

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.simulator.collect import Collect, Failed, Interview, Project, scan
from survey_server.simulator.collect.entities import Entity
from tests.api.carrying import code_for
from tests.attachments.files import photo
from tests.http import drain, signed_in
from tests.living import wait_until
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.relay import Relay
from tests.world import EAS, LONG, World

LARGE_PHOTO = 80_000
SLOW_PHOTO = 24_000


@pytest.fixture
def collect(client: FlaskClient, world: World, encrypted: Encrypted, tmp_path: Path) -> Collect:
    """Lan's, who has scanned her picture."""
    return installed(client, world, encrypted, tmp_path / "lan")


def installed(
    client: FlaskClient, world: World, encrypted: Encrypted, folder: Path, name: str = "lan"
) -> Collect:
    payload = code_for(client, world, name, by="an", client="odk_collect")["payload"]
    told = json.loads(zlib.decompress(b64decode(payload)))
    # The picture was drawn by a server that is called otherwise.
    told["general"]["server_url"] = f"{encrypted.url}/openrosa"
    project = scan(b64encode(zlib.compress(json.dumps(told).encode())).decode())
    assert project.match_exactly
    return Collect(folder, project, str(encrypted.certificate.chain))


def household(collect: Collect, number: int = 0) -> Entity:
    """One of those that the list names, by their codes."""
    named = [one for one in collect.households().values() if one.properties["head_name"]]
    return sorted(named, key=lambda one: one.properties["unit_code"])[number]


def interviewed(
    collect: Collect, world: World, number: int = 0, files: Mapping[str, bytes] | None = None
) -> Interview:
    """The household is chosen from the list, which fills its code in."""
    if not collect.shelf.all():
        collect.update_forms()
    unit = household(collect, number).properties["unit_code"]
    answers: dict[str, Any] = world.answers(unit)
    answers["identification"]["listed_household"] = unit
    return collect.finish(collect.form(LONG), answers, files)


def stored(world: World) -> list[Any]:
    return world.sql("SELECT * FROM submissions WHERE survey_id = :survey ORDER BY received_at")


def counted(world: World, workers: Engine) -> int:
    """Interviews that count, after the workers did their work."""
    drain(workers)
    (row,) = world.sql(
        "SELECT sum(received) AS received FROM ea_coverage WHERE survey_id = :survey"
    )
    return int(row.received)


def photos_seen(client: FlaskClient, world: World, interview: Interview) -> dict[str, bytes]:
    """By the supervisor, of the interview as it stands."""
    head = signed_in(client, world, "hoa")
    path = f"/api/v1/interviews/{interview.instance_id.removeprefix('uuid:')}/attachments"
    told = client.get(path, headers=head).get_json()
    found = {}
    for one in told["attachments"]:
        answer = client.get(f"{path}/{one['id']}", headers=head)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found[one["name"]] = answer.get_data()
    return found


@pytest.fixture
def relay(encrypted: Encrypted) -> Iterator[Relay]:
    made = Relay(encrypted.port, LARGE_PHOTO)
    yield made
    made.stop()


def test_forms_come_with_their_files_and_the_households(collect: Collect, world: World) -> None:
    (form,) = collect.update_forms()
    assert (form.listed.form_id, form.listed.version) == (LONG, world.version)
    assert form.media("provinces.csv").startswith(b"name,label")
    named = [one for one in collect.households().values() if one.properties["head_name"]]
    assert {one.properties["unit_code"] for one in named} == {
        world.unit(EAS[0], number) for number in range(1, 11)
    }


def test_a_second_look_brings_nothing_new(collect: Collect, encrypted: Encrypted) -> None:
    first = collect.update_forms()
    assert collect.update_forms() == first
    log = encrypted.log.read_text()
    assert '"GET /openrosa/formList' in log
    assert '" 304 ' in log


def test_an_interview_of_a_household_on_the_list_counts_once(
    collect: Collect, world: World, workers: Engine
) -> None:
    interviewed(collect, world)
    (sent,) = collect.send()
    assert (sent.taken, sent.status, sent.message) == (True, 201, "Máy chủ đã nhận phiếu.")
    assert collect.send() == []
    (row,) = stored(world)
    assert row.unit_id is not None
    assert counted(world, workers) == 1
    assert [tuple(one) for one in world.sql(LISTED_HOUSEHOLDS)] == [(world.unit(EAS[0], 1),)]


LISTED_HOUSEHOLDS = (
    "SELECT u.code FROM interviews i JOIN units u ON u.id = i.unit_id WHERE i.survey_id = :survey"
)


def test_many_photos_go_in_several_uploads_and_are_there_to_the_byte(
    collect: Collect, client: FlaskClient, world: World, workers: Engine
) -> None:
    photos = {f"Nhà số {number:03} Đường Lê Lợi.jpg": photo(300) for number in range(230)}
    interview = interviewed(collect, world, files=photos)
    (sent,) = collect.send()
    assert (sent.taken, sent.uploads) == (True, 3), sent
    assert counted(world, workers) == 1
    assert photos_seen(client, world, interview) == photos


def test_large_photos_go_as_the_server_says_how_much_it_takes(
    collect: Collect, client: FlaskClient, world: World, workers: Engine
) -> None:
    """Collect counts contents, and nothing of what stands around them."""
    interview = interviewed(collect, world)
    most = int(
        collect.wire.ask("HEAD", place_of(collect)).headers["X-OpenRosa-Accept-Content-Length"]
    )
    left = most - interview.file.stat().st_size
    photos = {"a.jpg": photo(left - 5_000_000), "b.jpg": photo(5_000_000), "c.jpg": photo(9_000)}
    for name, content in photos.items():
        (interview.folder / name).write_bytes(content)
    (sent,) = collect.send()
    assert (sent.taken, sent.uploads) == (True, 2), sent
    assert counted(world, workers) == 1
    assert photos_seen(client, world, interview) == photos


def test_a_film_that_is_too_large_is_told_on_the_tablet_and_goes_when_it_is_smaller(
    collect: Collect, world: World
) -> None:
    interview = interviewed(collect, world, files={"a.mp4": photo(10 * 1024 * 1024 + 1)})
    (sent,) = collect.send()
    assert (sent.taken, sent.status, interview.state) == (False, 413, "submissionFailed")
    assert interview.message == sent.message
    assert "too large" in sent.message or "quá lớn" in sent.message
    assert stored(world) == []
    (interview.folder / "a.mp4").write_bytes(photo(100_000))
    assert [one.status for one in collect.send()] == [201]


def place_of(collect: Collect) -> str:
    return f"{collect.wire.project.url}/submission"


def test_chunks_without_a_length_are_taken(collect: Collect, world: World) -> None:
    collect.wire.chunked = True
    interviewed(collect, world, files={"a.jpg": photo()})
    assert [one.status for one in collect.send()] == [201]
    assert len(stored(world)) == 1


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_there_twice(
    collect: Collect, client: FlaskClient, world: World, workers: Engine, relay: Relay
) -> None:
    content = {"a.jpg": photo(LARGE_PHOTO)}
    interview = interviewed(collect, world, files=content)
    collect.move_to(f"https://127.0.0.1:{relay.port}/openrosa")
    relay.unheard = 2
    for _ in range(2):
        (sent,) = collect.send()
        assert (sent.taken, sent.status, interview.state) == (False, 0, "submissionFailed")
    assert len(stored(world)) == 1
    (sent,) = collect.send()
    assert (sent.status, interview.state) == (201, "submitted")
    assert counted(world, workers) == len(stored(world)) == 1
    assert photos_seen(client, world, interview) == content


def test_interviews_are_on_the_tablet_until_they_are_sent(
    collect: Collect, world: World, relay: Relay
) -> None:
    interviewed(collect, world)
    there = collect.wire.project.url
    collect.move_to("https://127.0.0.1:1/openrosa")
    assert [one.taken for one in collect.send()] == [False]
    # The application ends, and is opened again.
    again = Collect(collect.folder, collect.wire.project, collect.wire.trusting)
    assert again.wire.device == collect.wire.device
    again.move_to(there)
    assert [one.status for one in again.send()] == [201]


def test_eight_tablets_that_send_the_same_at_once_are_all_told_that_it_is_here(
    collect: Collect, world: World, workers: Engine
) -> None:
    interview = interviewed(collect, world, files={"a.jpg": photo()})
    eight = [Collect(collect.folder, collect.wire.project, collect.wire.trusting) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        sent = threads.map(lambda one: one.send_again(interview).status, eight)
        assert Counter(sent) == {201: 8}
    assert counted(world, workers) == len(stored(world)) == 1


def test_an_edit_takes_the_place_of_what_it_is_of_and_the_first_may_come_again(
    collect: Collect, client: FlaskClient, world: World, workers: Engine
) -> None:
    content = {"a.jpg": photo()}
    first = interviewed(collect, world, files=content)
    collect.send()
    edit = collect.edit(first, "identification/address", "Số 12 ngõ 5")
    again = collect.edit(edit, "identification/address", "Số 14 ngõ 5")
    assert [one.status for one in collect.send()] == [201, 201]
    assert [collect.send_again(one).status for one in (first, edit, again)] == [201] * 3
    assert len(stored(world)) == 3
    assert counted(world, workers) == 1
    (row,) = world.sql("SELECT current FROM interviews WHERE survey_id = :survey")
    assert f"uuid:{row.current}" == again.instance_id


def test_an_edit_that_overtakes_what_it_is_of_counts_once_with_it(
    collect: Collect, world: World, workers: Engine
) -> None:
    first = interviewed(collect, world)
    edit = collect.edit(first, "identification/address", "Số 12 ngõ 5")
    assert collect.send_again(edit).status == 201
    assert counted(world, workers) == 1
    assert collect.send_again(first).status == 201
    assert counted(world, workers) == 1
    (row,) = world.sql("SELECT current FROM interviews WHERE survey_id = :survey")
    assert f"uuid:{row.current}" == edit.instance_id


def test_other_answers_under_the_same_id_are_refused_with_a_sentence_and_kept(
    collect: Collect, world: World
) -> None:
    interview = interviewed(collect, world)
    collect.send()
    changed = interview.file.read_bytes().replace("Số 1".encode(), "Số 9".encode())
    interview.file.write_bytes(changed.replace(b"</data>", b" </data>"))
    sent = collect.send_again(interview)
    assert (sent.taken, sent.status) == (False, 409)
    assert len(sent.message) > 20
    assert interview.message == sent.message


def test_a_revoked_tablet_is_told_so_and_keeps_what_it_has(
    collect: Collect, client: FlaskClient, world: World
) -> None:
    interviewed(collect, world)
    world.change(
        "UPDATE devices SET revoked_at = now() WHERE survey_id = :survey AND device_id = :device",
        device=collect.wire.project.username,
    )
    (sent,) = collect.send()
    assert (sent.taken, sent.status) == (False, 0)
    with pytest.raises(Failed, match="thu hồi"):
        collect.update_forms()
    assert len(collect.drawer.unsent()) == 1
    assert stored(world) == []


def test_a_household_that_left_the_list_leaves_the_tablet(
    collect: Collect, world: World, encrypted: Encrypted
) -> None:
    collect.update_forms()
    (key,) = (
        key
        for key, one in collect.households().items()
        if one.properties["unit_code"] == world.unit(EAS[0], 3)
    )
    world.change(
        "UPDATE units SET ea_id = (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)"
        " WHERE survey_id = :survey AND code = :unit",
        ea=EAS[1],
        unit=world.unit(EAS[0], 3),
    )
    collect.update_forms()
    assert key not in collect.households()


def test_what_was_made_on_the_tablet_stays_and_what_the_server_took_back_goes(
    collect: Collect, world: World
) -> None:
    """Collect asks of those alone by the list's integrity address."""
    collect.update_forms()
    key, one = next(iter(collect.households().items()))
    made = Entity("Hộ mới", 1, {}, offline=True)
    collect.entities.make("units", "0f4c1a3e-8b5d-4c65-9a51-3d0f5b1b7a11", made)
    collect.entities.make("units", key, Entity(one.label, one.version, one.properties, True))
    world.change("UPDATE assignments SET ended_at = now() WHERE survey_id = :survey")
    collect.update_forms()
    left = set(collect.households())
    assert "0f4c1a3e-8b5d-4c65-9a51-3d0f5b1b7a11" in left
    assert key not in left


def test_a_wrong_password_is_said_and_shown_once(collect: Collect, encrypted: Encrypted) -> None:
    other = Project(collect.wire.project.url, "nobody", "x" * 43, "vi")
    stranger = Collect(collect.folder.parent / "stranger", other, collect.wire.trusting)
    with pytest.raises(Failed, match="401"):
        stranger.update_forms()


def test_no_password_is_shown_without_tls(collect: Collect, encrypted: Encrypted) -> None:
    project = Project("http://survey.invalid/openrosa", "a", "b")
    wire = Collect(collect.folder.parent / "plain", project).wire
    assert wire._shown("GET", "http://survey.invalid/x", "Basic realm=x") is None


def test_collects_on_thin_lines_keep_nobody_waiting(
    collect: Collect, client: FlaskClient, world: World, encrypted: Encrypted, tmp_path: Path
) -> None:
    """Five at 64 kbit/s, each with a photo that takes three seconds, or until the one on a good
    line was served."""
    relay = Relay(encrypted.port, LARGE_PHOTO, 64_000 // 8, most=SLOW_PHOTO // 2)
    slow = [
        installed(client, world, encrypted, tmp_path / f"{number}", name)
        for number, name in enumerate(("lan", "mai", "lan", "mai", "lan"))
    ]
    for number, one in enumerate(slow):
        interviewed(one, world, number, {"1.jpg": photo(SLOW_PHOTO)})
        one.move_to(f"https://127.0.0.1:{relay.port}/openrosa")
    interviewed(collect, world, 9)
    with ThreadPoolExecutor(len(slow)) as threads:
        sending = [threads.submit(one.send) for one in slow]
        wait_until(lambda: relay.on_their_way(4000) == len(slow))
        (quick,) = collect.send()
        assert (quick.taken, [one.done() for one in sending]) == (True, [False] * len(slow)), quick
        relay.may_end.set()
        told = [one.result()[0] for one in sending]
    relay.stop()
    assert [one.status for one in told] == [201] * len(slow), told
    assert len(stored(world)) == len(slow) + 1
