"""What could not be understood, or came twice: looked at, mended, decided, within an area."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.jobs.intake import utc_now
from survey_server.jobs.quarantine import reopen
from tests.http import drain, signed_in, upload
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures, interviews, send
from tests.world import EAS, World, body_of

BROKEN = {"identification": "no group"}
UNKNOWN_VERSION = "2099010101"
NOWHERE = "99-999-99999-999-999"


def work(workers: Engine) -> None:
    reopen(workers, utc_now())
    drain(workers)


def asked(
    client: FlaskClient, world: World, path: str, by: str = "hoa", **body: Any
) -> tuple[int, Any]:
    """GET without a body, else POST."""
    head = signed_in(client, world, by)
    if body:
        sent = {"survey": world.code, **body}
        answer = client.post(f"/api/v1/{path}", json=sent, headers=head)
    else:
        mark = "&" if "?" in path else "?"
        answer = client.get(f"/api/v1/{path}{mark}survey={world.code}", headers=head)
    return answer.status_code, answer.get_json()


def listed(client: FlaskClient, world: World, by: str = "hoa", query: str = "") -> list[str]:
    status, told = asked(client, world, f"quarantine{query}", by)
    assert status == 200, told
    return [one["instance_id"] for one in told["quarantine"]]


@pytest.fixture
def broken(client: FlaskClient, world: World, workers: Engine) -> dict[str, Any]:
    """Lan's, of a household in district 001; its answers are no tree."""
    told = world.submission(world.unit(EAS[0], 1), answers=BROKEN)
    send(client, world, told)
    drain(workers)
    return told


def test_who_looks_after_the_area_sees_what_lies_there_and_nobody_else(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    lies = broken["instance_id"]
    for by in ("hoa", "binh", "an"):
        assert listed(client, world, by) == [lies]
    assert listed(client, world, "duc") == []
    path = f"quarantine/{lies}"
    assert asked(client, world, path, "duc")[0] == 404
    for way in ("replay", "fix", "set_aside", "take_back"):
        sent = {} if way == "replay" else {"reason": "x"}
        assert asked(client, world, f"{path}/{way}", "duc", **sent, survey=world.code)[0] == 404
    assert asked(client, world, "quarantine", "lan")[0] == 403


def test_of_a_unit_that_nobody_knows_those_see_it_who_look_after_the_sender(
    client: FlaskClient, world: World
) -> None:
    told = world.submission(NOWHERE, form_version=UNKNOWN_VERSION)
    send(client, world, told)
    assert listed(client, world, "hoa") == [told["instance_id"]]
    assert listed(client, world, "an") == [told["instance_id"]]
    assert listed(client, world, "duc") == []
    one = asked(client, world, f"quarantine/{told['instance_id']}")[1]
    assert (one["claimed_unit"], one["form_version"]) == (NOWHERE, UNKNOWN_VERSION)


def test_one_is_looked_at_with_what_it_says_and_how_it_could_be_read(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    status, told = asked(client, world, f"quarantine/{broken['instance_id']}")
    assert status == 200, told
    assert (told["code"], told["trace"], told["unit"]) == (
        "not_a_tree", "identification", broken["unit"],
    )  # fmt: skip
    assert json.loads(told["content"]) == BROKEN
    (version,) = told["read_by"]
    assert version["tried"] == {
        "fits": False, "code": "not_a_tree", "path": "identification", "findings": 0,
    }  # fmt: skip


def test_an_administrator_mends_and_does_not_see_who_somebody_is(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    path = f"quarantine/{broken['instance_id']}"
    assert asked(client, world, path, "an")[1]["content"] is None
    mended = {"reason": "x", "content": json.dumps(world.answers(broken["unit"]))}
    assert asked(client, world, f"{path}/fix", "an", **mended)[0] == 403


def test_what_is_no_tree_is_mended_and_counts_once(
    client: FlaskClient, world: World, workers: Engine, broken: dict[str, Any]
) -> None:
    path = f"quarantine/{broken['instance_id']}"
    answers = json.dumps(world.answers(broken["unit"]), ensure_ascii=False)
    kept = world.sql("SELECT count(*) FROM batch_bodies")
    for bad, code in (('{"a": 1', 400), ('{"identification": "x"}', 422), ("[1]", 422)):
        status, told = asked(client, world, f"{path}/fix", reason="Sửa", content=bad)
        assert status == code, told
    assert world.sql("SELECT count(*) FROM batch_bodies") == kept
    assert asked(client, world, f"{path}/fix", reason="Sửa", content=answers)[0] == 202
    work(workers)
    assert listed(client, world) == []
    assert figures(world, EAS[0]).received == 1
    assert rebuild_all(world) == []
    # What was received is received still: the tablet is told so.
    assert send(client, world, broken) == [("duplicate", None)]
    ((mine, imported),) = world.sql(
        "SELECT c.kind, b.imported_by IS NOT NULL FROM content_choices c JOIN batches b"
        " ON b.id = c.batch WHERE c.instance_id = :id",
        id=broken["instance_id"],
    )
    assert (mine, imported) == ("correction", True)


def test_an_unknown_version_is_read_by_another_of_the_survey(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), form_version=UNKNOWN_VERSION)
    send(client, world, told)
    path = f"quarantine/{told['instance_id']}"
    status, refused = asked(client, world, f"{path}/replay", form_version_id=None)
    assert (status, refused["code"]) == (409, "version_still_unknown")
    (version,) = asked(client, world, path)[1]["read_by"]
    assert version["tried"]["fits"]
    assert asked(client, world, f"{path}/replay", form_version_id=10**9)[0] == 422
    assert asked(client, world, f"{path}/replay", form_version_id=version["id"])[0] == 202
    assert asked(client, world, path)[1]["asked"]
    work(workers)
    (made,) = interviews(world)
    assert (made.ea, made.form_version_id) == (EAS[0], version["id"])
    assert rebuild_all(world) == []


def test_a_unit_is_told_by_whoever_knows_it(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(NOWHERE, form_version=UNKNOWN_VERSION)
    send(client, world, told)
    path = f"quarantine/{told['instance_id']}"
    (version,) = asked(client, world, path)[1]["read_by"]
    mended = {"reason": "Gõ nhầm", "form_version_id": version["id"]}
    # Another district's unit is nobody's to give.
    status, refused = asked(client, world, f"{path}/fix", **mended, unit=world.unit(EAS[3], 1))
    assert (status, refused["errors"][0]["pointer"]) == (422, "/unit")
    assert asked(client, world, f"{path}/fix", **mended, unit=world.unit(EAS[0], 3))[0] == 202
    work(workers)
    assert [(one.ea, one.unit) for one in interviews(world)] == [(EAS[0], world.unit(EAS[0], 3))]
    assert world.sql("SELECT 1 FROM unknown_units WHERE survey_id = :survey") == []
    assert rebuild_all(world) == []


def test_what_is_set_aside_leaves_the_list_and_can_be_taken_back(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    path = f"quarantine/{broken['instance_id']}"
    assert asked(client, world, f"{path}/set_aside", reason="Thử máy")[0] == 200
    assert listed(client, world) == []
    assert listed(client, world, query="?state=set_aside") == [broken["instance_id"]]
    assert asked(client, world, f"{path}/take_back", reason="Nhầm")[0] == 200
    assert listed(client, world) == [broken["instance_id"]]
    acts = asked(client, world, path)[1]["acts"]
    assert [(one["act"], one["person"], one["reason"]) for one in acts] == [
        ("set_aside", "Hoa", "Thử máy"), ("taken_back", "Hoa", "Nhầm"),
    ]  # fmt: skip


def test_all_of_a_code_are_tried_again_within_the_area(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    for name, ea in (("lan", EAS[0]), ("tung", EAS[3])):
        told = [world.submission(world.unit(ea, n), answers=BROKEN) for n in (1, 2, 3)]
        upload(client, world.secrets[name], body_of(*told))
    drain(workers)
    status, told_all = asked(client, world, "quarantine/replay", code="not_a_tree")
    assert (status, told_all) == (202, {"asked": 3, "left": 0})
    assert asked(client, world, "quarantine/replay", code="not_a_tree")[1]["asked"] == 0
    work(workers)
    status, page = asked(client, world, "quarantine?limit=2")
    assert (len(page["quarantine"]), page["counts"]) == (2, {"not_a_tree": 3})
    rest = listed(client, world, query=f"?limit=2&cursor={page['next'].replace('+', '%2B')}")
    assert len(set(rest) | {one["instance_id"] for one in page["quarantine"]}) == 3


def twice(client: FlaskClient, world: World, workers: Engine) -> tuple[Any, Any]:
    told = world.submission(world.unit(EAS[0], 1))
    other = told | {"answers": world.answers(told["unit"])}
    send(client, world, told)
    drain(workers)
    assert send(client, world, other) == [("conflict", "content_differs")]
    return told, other


def test_both_versions_are_shown_question_by_question_and_one_is_taken(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told, other = twice(client, world, workers)
    assert asked(client, world, "conflicts", "duc")[1]["conflicts"] == []
    (one,) = asked(client, world, "conflicts")[1]["conflicts"]
    assert (one["instance_id"], one["unit"], one["variants"], one["device"]) == (
        told["instance_id"], told["unit"], 1, "tablet-lan",
    )  # fmt: skip
    path = f"conflicts/{told['instance_id']}"
    assert asked(client, world, path, "duc")[0] == 404
    shown = asked(client, world, path)[1]
    first, variant = shown["versions"]
    assert (first["key"], first["tells"], variant["tells"]) == ("first", True, False)
    assert variant["device"] == "tablet-lan"
    rows = {row["path"]: row for row in shown["rows"]}
    name = next(row for path, row in rows.items() if path.endswith("full_name"))
    assert name["differs"]
    assert name["values"][0]["text"]
    assert name["label"]["vi"]
    differing = [row["differs"] for row in shown["rows"]]
    assert differing == sorted(differing, reverse=True)
    before = interviews(world)[0].content
    chosen = {"version": variant["key"], "reason": "Bản sau đúng"}
    assert asked(client, world, f"{path}/choose", "duc", **chosen)[0] == 404
    assert asked(client, world, f"{path}/choose", version="x", reason="x")[0] == 422
    for key, same in ((variant["key"], False), ("first", True)):
        assert asked(client, world, f"{path}/choose", version=key, reason="Đã hỏi hộ")[0] == 202
        work(workers)
        (now_told,) = interviews(world)
        assert (now_told.content == before) is same
        assert figures(world, EAS[0]).received == 1
        assert rebuild_all(world) == []
    assert asked(client, world, "conflicts")[1]["conflicts"] == []
    (decided,) = asked(client, world, "conflicts?state=decided")[1]["conflicts"]
    assert decided["chosen"] == "first"
    assert other["instance_id"] == told["instance_id"]


def test_an_administrator_sees_that_versions_differ_and_not_whom_they_name(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told, _ = twice(client, world, workers)
    shown = asked(client, world, f"conflicts/{told['instance_id']}", "an")[1]
    name = next(row for row in shown["rows"] if row["path"].endswith("full_name"))
    assert (name["hidden"], name["differs"], name["values"][0]["text"]) == (True, True, "")
    assert told["answers"]["identification"]["address"] not in json.dumps(shown, ensure_ascii=False)


def test_a_choice_that_cannot_be_read_is_refused(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    drain(workers)
    send(client, world, told | {"answers": BROKEN})
    path = f"conflicts/{told['instance_id']}"
    variant = asked(client, world, path)[1]["versions"][1]["key"]
    status, refused = asked(client, world, f"{path}/choose", version=variant, reason="x")
    assert (status, refused["code"]) == (422, "still_unreadable")
    assert world.sql("SELECT 1 FROM content_choices c JOIN submissions s USING (instance_id)"
                     " WHERE s.survey_id = :survey") == []  # fmt: skip
