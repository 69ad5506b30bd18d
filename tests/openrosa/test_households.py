"""The households of an enumerator as an entity list: whom to interview, and who has left it."""

import csv
import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from survey_server.domain.entities import COLUMNS, entity_id, is_entity_of
from survey_server.domain.sync import FEWEST_NUMBERS
from tests.api.carrying import enrolled
from tests.openrosa.test_forms_offered import files, md5_of
from tests.openrosa.test_the_door import basic, lans, sentence
from tests.world import EAS, LONG, World

LIST = "/openrosa/entities/units.csv"
INTEGRITY = "/openrosa/entities/units/integrity"


def rows(client: FlaskClient, world: World, name: str = "lan") -> list[dict[str, str]]:
    answer = client.get(LIST, headers=basic(f"tablet-{name}", world.secrets[name]))
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    text = answer.get_data(as_text=True)
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.splitlines()[0] == ",".join(COLUMNS)
    return found


def deleted(client: FlaskClient, world: World, *ids: object) -> dict[str, str]:
    answer = client.get(f"{INTEGRITY}?id={','.join(map(str, ids))}", headers=lans(world))
    assert answer.status_code == 200
    root = etree.fromstring(answer.get_data())
    assert root.tag == "data"
    assert root[0].tag == "entities"
    return {str(one.get("id")): str(one.findtext("deleted")) for one in root[0]}


def test_the_manifest_names_the_list_as_one_of_entities(client: FlaskClient, world: World) -> None:
    told = files(client, world)["units.csv"]
    assert told["type"] == "entityList"
    body = client.get(told["downloadUrl"], headers=lans(world)).get_data()
    assert md5_of(body) == told["hash"]
    assert client.get(f"{told['integrityUrl']}?id=x", headers=lans(world)).status_code == 200


def test_an_enumerator_has_the_households_of_her_own_work(
    client: FlaskClient, world: World
) -> None:
    found = [row for row in rows(client, world) if row["head_name"]]
    assert [row["unit_code"] for row in found] == [world.unit(EAS[0], n) for n in range(1, 11)]
    first = found[0]
    assert first["label"] == f"Nguyễn Văn An · Số 1 · {first['unit_code']}"
    assert (first["ea"], first["address"], first["head_name"]) == (EAS[0], "Số 1", "Nguyễn Văn An")
    assert (first["listed_persons"], first["form_id"]) == ("3", LONG)
    for row in found:
        assert uuid.UUID(row["name"]).version == 4
        assert int(row["__version"]) >= 0
    assert len({row["name"] for row in found}) == 10


def test_there_are_always_numbers_for_households_that_no_list_has(
    client: FlaskClient, world: World
) -> None:
    new = [row for row in rows(client, world) if not row["head_name"]]
    assert len(new) >= FEWEST_NUMBERS
    assert new[0]["label"] == f"Hộ mới phát hiện · {world.unit(EAS[0], 11)}"
    assert [row for row in rows(client, world) if not row["head_name"]] == new
    world.change(
        "UPDATE units SET reserved_used_at = now() WHERE survey_id = :survey AND code <= :last",
        last=new[-1]["unit_code"],
    )
    later = [row for row in rows(client, world) if not row["head_name"]]
    assert len(later) >= FEWEST_NUMBERS
    assert not {row["unit_code"] for row in later} & {row["unit_code"] for row in new}
    assert set(deleted(client, world, *(row["name"] for row in new)).values()) == {"true"}


def test_each_tablet_of_an_enumerator_has_numbers_of_its_own(
    client: FlaskClient, world: World
) -> None:
    second = enrolled(client, world, "lan", "lan-2")
    lists = []
    for head in (lans(world), basic("lan-2", second)):
        text = client.get(LIST, headers=head).get_data(as_text=True)
        lists.append([row for row in csv.DictReader(io.StringIO(text)) if not row["head_name"]])
    codes = [{row["unit_code"] for row in one} for one in lists]
    assert len(codes[0]) >= FEWEST_NUMBERS <= len(codes[1])
    assert not codes[0] & codes[1]
    mine, other = (one[0]["name"] for one in lists)
    assert deleted(client, world, mine, other) == {mine: "false", other: "true"}


def test_nobody_has_the_households_of_others(client: FlaskClient, world: World) -> None:
    lists = [{row["unit_code"] for row in rows(client, world, n)} for n in ("lan", "mai", "tung")]
    assert all(lists)
    assert not lists[0] & lists[1] | lists[1] & lists[2] | lists[0] & lists[2]


def test_work_that_ended_leaves_the_list_and_new_work_comes_to_it(
    client: FlaskClient, world: World
) -> None:
    before = rows(client, world)
    world.change(
        "UPDATE assignments SET ended_at = now() WHERE survey_id = :survey AND ea_id ="
        " (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)", ea=EAS[0],
    )  # fmt: skip
    assert rows(client, world) == []
    told = deleted(client, world, *(row["name"] for row in before))
    assert set(told.values()) == {"true"}
    world.change(
        "INSERT INTO assignments (survey_id, person_id, ea_id, unit_id, assigned_at)"
        " SELECT :survey, p.id, u.ea_id, u.id, now() FROM people p, units u"
        " WHERE p.username = :lan AND u.survey_id = :survey AND u.code = :unit",
        lan=f"lan@{world.code}", unit=world.unit(EAS[3], 2),
    )  # fmt: skip
    assert [row["unit_code"] for row in rows(client, world)] == [world.unit(EAS[3], 2)]


def test_a_household_that_changed_has_a_higher_version_and_the_same_id(
    client: FlaskClient, world: World
) -> None:
    before = {row["unit_code"]: row for row in rows(client, world)}
    one, other = world.unit(EAS[0], 1), world.unit(EAS[0], 2)
    changes = (
        "UPDATE units SET listed_persons = 9 WHERE survey_id = :survey AND code = :unit",
        "UPDATE unit_identities SET head_name = 'Lê Thị Mới' WHERE unit_id ="
        " (SELECT id FROM units WHERE survey_id = :survey AND code = :unit)",
    )
    versions = [int(before[one]["__version"])]
    for change in changes:
        world.change(change, unit=one)
        after = {row["unit_code"]: row for row in rows(client, world)}
        versions.append(int(after[one]["__version"]))
    assert versions[0] < versions[1] < versions[2]
    assert after[one]["name"] == before[one]["name"]
    assert after[one]["label"].startswith("Lê Thị Mới")
    assert after[other] == before[other]


def test_cells_are_what_the_list_says_whatever_is_in_them(
    client: FlaskClient, world: World
) -> None:
    odd = '=cmd|"x", dòng\nhai <b>'
    world.change(
        "UPDATE unit_identities SET head_name = :odd WHERE unit_id ="
        " (SELECT id FROM units WHERE survey_id = :survey AND code = :unit)",
        odd=odd, unit=world.unit(EAS[0], 1),
    )  # fmt: skip
    assert rows(client, world)[0]["head_name"] == odd


def test_the_integrity_of_a_household_is_whether_it_is_on_the_list(
    client: FlaskClient, world: World
) -> None:
    mine, theirs = rows(client, world)[0]["name"], rows(client, world, "tung")[0]["name"]
    assert deleted(client, world, mine, theirs) == {mine: "false", theirs: "true"}


def test_entities_that_a_tablet_made_up_are_left_alone(client: FlaskClient, world: World) -> None:
    """Collect would delete them, before anybody has seen what they are."""
    assert deleted(client, world, uuid.uuid4(), "x", "", "../..", "%00", "1" * 200) == {}


def test_too_many_ids_are_refused_with_a_sentence(client: FlaskClient, world: World) -> None:
    answer = client.get(f"{INTEGRITY}?id={',' * 1000}", headers=lans(world))
    assert answer.status_code == 422
    sentence(answer)


@pytest.mark.parametrize("query", ["", "?id=", "?id=,,,", "?id=a&id=b", "?other=1"])
def test_who_asks_for_nothing_is_told_nothing(
    client: FlaskClient, world: World, query: str
) -> None:
    answer = client.get(INTEGRITY + query, headers=lans(world))
    assert (answer.status_code, answer.get_data().count(b"<entity ")) == (200, 0)


def test_an_id_is_made_of_the_survey_and_the_unit_and_of_nothing_else() -> None:
    one = entity_id("census_2024", "01-001-00001-012-034")
    assert str(one) == PINNED
    assert is_entity_of("census_2024", one)
    assert not is_entity_of("census_2025", one)
    assert not is_entity_of("census_2024", uuid.UUID(int=one.int ^ 1))
    others: list[Any] = [
        entity_id("census_2025", "01-001-00001-012-034"),
        entity_id("census_2024", "01-001-00001-012-035"),
    ]
    assert one not in others


# Changing how ids are made makes every household on every tablet another one.
PINNED = "bc8d7785-2652-4666-90c3-e884c1cd6273"
