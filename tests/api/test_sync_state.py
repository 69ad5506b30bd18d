"""What a tablet is told: everything at first, then what changed, and nothing is ever missed."""

import gzip
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from survey_server.domain import sync
from tests.api.carrying import device_of, enrolled, person_of
from tests.world import EAS, HOUSEHOLDS, World

STATE = "/api/v1/sync/state"


def asked(client: FlaskClient, secret: str, since: str | None = None, **head: str) -> Any:
    path = STATE if since is None else f"{STATE}?since={since}"
    return client.get(path, headers={"Authorization": f"Bearer {secret}", **head})


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def told(
    client: FlaskClient, world: World, since: str | None = None, name: str = "lan"
) -> dict[str, Any]:
    answer = asked(client, world.secrets[name], since)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def rounds(client: FlaskClient, world: World, since: str | None = None) -> Iterator[dict[str, Any]]:
    while True:
        page = told(client, world, since)
        yield page
        if not page["more"]:
            return
        since = page["cursor"]


def codes(document: dict[str, Any]) -> list[str]:
    return [unit["code"] for unit in document["units"]]


def add_units(world: World, ea: str, first: int, last: int) -> None:
    world.change(
        "INSERT INTO units (survey_id, ea_id, code, expected) SELECT :survey, id,"
        " code || '/' || lpad(CAST(n AS text), 5, '0'), true"
        " FROM areas, generate_series(CAST(:first AS integer), :last) n"
        " WHERE survey_id = :survey AND code = :ea",
        ea=ea,
        first=first,
        last=last,
    )


def test_without_a_cursor_everything_is_told(client: FlaskClient, world: World) -> None:
    first = told(client, world)
    assert first["whole"]
    assert not first["more"]
    assert codes(first) == [world.unit(EAS[0], number) for number in range(1, HOUSEHOLDS + 1)]
    assert first["units"][0] == {
        "code": world.unit(EAS[0], 1), "ea": EAS[0], "address": "Số 1",
        "head_name": "Nguyễn Văn An", "listed_persons": 3,
    }  # fmt: skip
    assert first["assignments"] == [
        {"ea": EAS[0], "name": "Địa bàn 001", "due": None, "form_id": "census_2024_long"}
    ]
    assert first["removed"] == {"eas": [], "units": []}
    assert first["forms"][0]["url"].endswith(first["forms"][0]["version"])
    assert first["limits"]["have"] == 5000
    assert first["limits"]["attachment_bytes"] == 5 * 1024 * 1024


def test_without_news_next_to_nothing_is_told(client: FlaskClient, world: World) -> None:
    cursor = told(client, world)["cursor"]
    answer = asked(client, world.secrets["lan"], cursor)
    document = answer.get_json()
    assert len(answer.data) < 1024
    assert (document["whole"], document["more"], document["units"]) == (False, False, [])
    assert not {"forms", "assignments", "reviews", "messages", "limits"} & document.keys()
    again = asked(
        client,
        world.secrets["lan"],
        document["cursor"],
        **{"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE units SET listed_persons = 9 WHERE survey_id = :survey AND code = :code",
        "UPDATE unit_identities SET head_name = 'Trần Thị Bưởi' WHERE unit_id IN"
        " (SELECT id FROM units WHERE survey_id = :survey AND code = :code)",
    ],
)
def test_a_unit_that_changed_is_told_again_and_no_other(
    client: FlaskClient, world: World, change: str
) -> None:
    cursor = told(client, world)["cursor"]
    world.change(change, code=world.unit(EAS[0], 3))
    news = told(client, world, cursor)
    assert codes(news) == [world.unit(EAS[0], 3)]
    assert news["units"][0]["listed_persons"] == 9 or news["units"][0]["head_name"].endswith("Bưởi")
    assert codes(told(client, world, news["cursor"])) == []


def test_a_new_unit_is_told(client: FlaskClient, world: World) -> None:
    cursor = told(client, world)["cursor"]
    add_units(world, EAS[0], 1, 1)
    assert codes(told(client, world, cursor)) == [f"{EAS[0]}/00001"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE units SET expected = false WHERE survey_id = :survey AND code = :code",
        "UPDATE units SET ea_id = (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)"
        " WHERE survey_id = :survey AND code = :code",
        "DELETE FROM units WHERE survey_id = :survey AND code = :code",
    ],
)
def test_a_unit_that_left_the_work_leaves_a_tombstone(
    client: FlaskClient, world: World, change: str
) -> None:
    cursor = told(client, world)["cursor"]
    values = {"ea": EAS[1]} if ":ea)" in change else {}
    if change.startswith("DELETE"):
        world.change(
            "DELETE FROM unit_identities WHERE unit_id IN"
            " (SELECT id FROM units WHERE survey_id = :survey AND code = :code)",
            code=world.unit(EAS[0], 4),
        )
    world.change(change, code=world.unit(EAS[0], 4), **values)
    news = told(client, world, cursor)
    assert news["removed"] == {"eas": [], "units": [world.unit(EAS[0], 4)]}
    assert codes(news) == []
    assert told(client, world, news["cursor"])["removed"]["units"] == []


def test_a_unit_that_moves_within_the_work_is_no_tombstone(
    client: FlaskClient, world: World
) -> None:
    _assign(world, "lan", EAS[1])
    cursor = told(client, world)["cursor"]
    world.change(
        "UPDATE units SET ea_id = (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)"
        " WHERE survey_id = :survey AND code = :code",
        code=world.unit(EAS[0], 4),
        ea=EAS[1],
    )
    news = told(client, world, cursor)
    assert news["removed"]["units"] == []
    assert [(one["code"], one["ea"]) for one in news["units"]] == [(world.unit(EAS[0], 4), EAS[1])]


def _assign(world: World, name: str, ea: str, unit: str | None = None) -> None:
    world.change(
        "INSERT INTO assignments (survey_id, person_id, ea_id, unit_id, assigned_at)"
        " SELECT :survey, :person, a.id, u.id, now() FROM areas a"
        " LEFT JOIN units u ON u.survey_id = :survey AND u.code = :unit"
        " WHERE a.survey_id = :survey AND a.code = :ea",
        person=person_of(world, name),
        ea=ea,
        unit=unit,
    )


def test_an_assignment_that_ended_takes_its_area_along(client: FlaskClient, world: World) -> None:
    cursor = told(client, world)["cursor"]
    world.change(
        "UPDATE assignments SET ended_at = now() WHERE person_id = :lan",
        lan=person_of(world, "lan"),
    )
    news = told(client, world, cursor)
    assert news["assignments"] == []
    assert news["removed"]["eas"] == [EAS[0]]
    assert codes(told(client, world)) == []


def test_a_new_assignment_brings_all_its_units_along(client: FlaskClient, world: World) -> None:
    cursor = told(client, world)["cursor"]
    _assign(world, "lan", EAS[1])
    news = told(client, world, cursor)
    assert [one["ea"] for one in news["assignments"]] == list(EAS[:2])
    assert codes(news) == [world.unit(EAS[1], number) for number in range(1, HOUSEHOLDS + 1)]


def test_of_an_area_that_is_left_but_for_one_unit_the_others_are_gone(
    client: FlaskClient, world: World
) -> None:
    cursor = told(client, world)["cursor"]
    world.change(
        "UPDATE assignments SET ended_at = now() WHERE person_id = :lan",
        lan=person_of(world, "lan"),
    )
    _assign(world, "lan", EAS[0], world.unit(EAS[0], 7))
    news = told(client, world, cursor)
    assert news["removed"]["eas"] == []
    others = [world.unit(EAS[0], number) for number in range(1, HOUSEHOLDS + 1) if number != 7]
    assert news["removed"]["units"] == others
    assert codes(news) == [world.unit(EAS[0], 7)]


def test_what_commits_late_is_not_missed(client: FlaskClient, world: World) -> None:
    """The one thing that a clock or a sequence would get wrong."""
    with world.engine.connect() as slow:
        slow.execute(
            text("UPDATE units SET listed_persons = 8 WHERE code = :code AND survey_id = :survey"),
            {"code": world.unit(EAS[0], 1), "survey": world.id},
        )
        first = told(client, world)
        assert first["units"][0]["listed_persons"] == 3
        world.change(
            "UPDATE units SET listed_persons = 7 WHERE code = :code AND survey_id = :survey",
            code=world.unit(EAS[0], 2),
        )
        meanwhile = told(client, world, first["cursor"])
        assert codes(meanwhile) == [world.unit(EAS[0], 2)]
        slow.commit()
    after = told(client, world, meanwhile["cursor"])
    assert world.unit(EAS[0], 1) in codes(after)


def test_a_long_list_comes_in_pages_that_can_be_repeated(client: FlaskClient, world: World) -> None:
    add_units(world, EAS[0], 1, 2 * sync.PAGE_UNITS)
    pages = list(rounds(client, world))
    assert [len(page["units"]) for page in pages] == [1000, 1000, HOUSEHOLDS]
    assert [page["more"] for page in pages] == [True, True, False]
    assert all(page["whole"] for page in pages)
    assert "forms" in pages[0]
    assert "forms" not in pages[1]
    found = [code for page in pages for code in codes(page)]
    assert len(set(found)) == 2 * sync.PAGE_UNITS + HOUSEHOLDS
    again = told(client, world, pages[0]["cursor"])
    assert codes(again) == codes(pages[1])


def test_what_changes_between_two_pages_is_told_in_the_next_round(
    client: FlaskClient, world: World
) -> None:
    add_units(world, EAS[0], 1, sync.PAGE_UNITS)
    first = told(client, world)
    world.change(
        "UPDATE units SET listed_persons = 5 WHERE code = :code AND survey_id = :survey",
        code=world.unit(EAS[0], 1),
    )
    last = told(client, world, first["cursor"])
    assert not last["more"]
    assert codes(told(client, world, last["cursor"])) == [world.unit(EAS[0], 1)]


def test_a_page_is_packed(client: FlaskClient, world: World) -> None:
    add_units(world, EAS[0], 1, sync.PAGE_UNITS)
    answer = asked(client, world.secrets["lan"], **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 32 * 1024
    assert b'"units"' in gzip.decompress(answer.data)


def test_where_too_much_is_gone_everything_is_told_anew(client: FlaskClient, world: World) -> None:
    add_units(world, EAS[0], 1, sync.MOST_REMOVED + 1)
    cursor = list(rounds(client, world))[-1]["cursor"]
    world.change("UPDATE units SET expected = false WHERE survey_id = :survey AND code LIKE '%/%'")
    news = told(client, world, cursor)
    assert news["whole"]
    assert len(news["units"]) == HOUSEHOLDS


@pytest.mark.parametrize("place", range(6))
def test_a_cursor_that_was_changed_is_refused(
    client: FlaskClient, still: World, place: int
) -> None:
    parts = told(client, still)["cursor"].split(".")
    parts[place] = parts[place][:-1] + ("1" if parts[place][-1:] != "1" else "2")
    answer = asked(client, still.secrets["lan"], ".".join(parts))
    assert refusal(answer) == (422, "param_invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": "4f1c0000-0000-0000-0000-000000000000"},
        {"device": 2_000_000_000},
        {"since": 10**15, "then": 10**15},
    ],
)
def test_a_cursor_of_another_epoch_enrolment_or_later_database_is_out_of_date(
    client: FlaskClient, still: World, change: dict[str, Any]
) -> None:
    known = sync.read(told(client, still)["cursor"])
    fields = {name: getattr(known, name) for name in sync.Cursor.__slots__}
    stale = sync.spelled(sync.Cursor(**(fields | change)))
    answer = asked(client, still.secrets["lan"], stale)
    assert refusal(answer) == (412, "epoch_changed")
    assert "phiếu" in answer.get_json()["title"]


def test_a_cursor_from_before_there_were_deltas_is_out_of_date(
    client: FlaskClient, still: World
) -> None:
    epoch = told(client, still)["epoch"]
    assert refusal(asked(client, still.secrets["lan"], epoch)) == (412, "epoch_changed")


def test_whoever_gets_the_tablet_next_begins_anew(client: FlaskClient, world: World) -> None:
    cursor = told(client, world)["cursor"]
    secret = enrolled(client, world, "lan", "tablet-lan")
    assert refusal(asked(client, secret, cursor)) == (412, "epoch_changed")


def test_the_tablet_learns_how_much_the_server_holds(client: FlaskClient, world: World) -> None:
    world.change(
        "UPDATE devices SET received = 41 WHERE id = :device", device=device_of(world, "tablet-lan")
    )
    assert told(client, world)["held_by_server"] == 41


def test_numbers_for_new_households_follow_the_listed_ones(
    client: FlaskClient, world: World
) -> None:
    first = told(client, world)
    numbers = [world.unit(EAS[0], number) for number in range(11, 21)]
    assert first["reserved_numbers"] == [{"ea": EAS[0], "units": numbers}]
    assert told(client, world, first["cursor"]).get("reserved_numbers") is None
    assert set(codes(first)).isdisjoint(numbers)


def test_no_number_is_given_to_two(client: FlaskClient, world: World) -> None:
    _assign(world, "mai", EAS[0])
    with ThreadPoolExecutor(2) as both:
        documents = list(
            both.map(
                lambda name: told(client.application.test_client(), world, name=name),
                ("lan", "mai"),
            )
        )
    given = [
        code
        for document in documents
        for place in document["reserved_numbers"]
        if place["ea"] == EAS[0]
        for code in place["units"]
    ]
    assert len(given) == len(set(given)) == 20


def test_numbers_end_at_999_and_skip_what_was_claimed(client: FlaskClient, world: World) -> None:
    world.change(
        "INSERT INTO units (survey_id, ea_id, code, expected) SELECT :survey, id,"
        " code || '-995', true FROM areas WHERE survey_id = :survey AND code = :ea",
        ea=EAS[0],
    )
    world.change(
        "INSERT INTO unknown_units (instance_id, survey_id, code)"
        " VALUES (gen_random_uuid(), :survey, :code)",
        code=f"{EAS[0]}-997",
    )
    (place,) = told(client, world)["reserved_numbers"]
    assert place["units"] == [f"{EAS[0]}-{number}" for number in (996, 998, 999)]
    assert told(client, world)["reserved_numbers"] == [place]


def test_units_that_are_called_otherwise_have_no_numbers(client: FlaskClient, world: World) -> None:
    world.change(
        "UPDATE units SET code = 'xã ' || id WHERE survey_id = :survey AND ea_id IN"
        " (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)",
        ea=EAS[0],
    )
    assert told(client, world)["reserved_numbers"] == []


def test_asking_without_news_is_cheap(client: FlaskClient, world: World) -> None:
    """A generous bound: half a second of CPU for a hundred, on any machine."""
    cursor = told(client, world)["cursor"]
    begun = time.process_time()
    for _ in range(100):
        told(client, world, cursor)
    assert time.process_time() - begun < 2
