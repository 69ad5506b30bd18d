"""Who somebody is and where they live stands in two tables, and nowhere else in the database."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.services.releases import make_dataset
from survey_server.store import frame
from survey_server.store.base import engine
from survey_server.store.releases import Wish
from tests.http import drain, signed_in
from tests.jobs.derived import rebuild_all
from tests.jobs.told import send
from tests.world import EAS, LEVELS, World

# Each is unlike anything else that a test writes; some break a constraint of their question.
NAMES = ("Chim Yến Hót", "Chuồn Chuồn Kim 7", "Dế Mèn Phiêu Lưu")
PLACES = ("Ngõ Hoàng Oanh", "canary-09-phone", "21.987654 105.123987 0 0", "Ghi chú vành khuyên")
CANARIES = (*NAMES, *PLACES)
APART = {"person_identities", "unit_identities"}


def told(world: World) -> dict[str, Any]:
    answers = world.answers(world.unit(EAS[0], 1))
    answers["identification"] |= {
        "head_name": NAMES[0], "address": PLACES[0], "phone": PLACES[1], "location": PLACES[2],
        "nickname": NAMES[2],
    }  # fmt: skip
    answers["residence"]["head_confirmed"] = NAMES[1]
    answers["remarks"] = PLACES[3]
    for number, person in enumerate(answers["person"]):
        person["full_name"] = NAMES[number % 3]
        person["birth_year"] = "2024" if number == 0 else person["birth_year"]
    return world.submission(world.unit(EAS[0], 1), answers=answers)


def dump(database: Engine) -> dict[str, str]:
    """Every table as text; bytes in hexadecimal."""
    with database.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        return {
            table: "\n".join(
                connection.scalars(text(f'SELECT CAST(t AS text) FROM "{table}" t')).all()
            )
            for table in tables
        }


def holding(dumped: dict[str, str]) -> set[str]:
    """Tables that hold a canary, as text, or packed as bytes."""
    wanted = [word for canary in CANARIES for word in (canary, canary.encode().hex())]
    return {table for table, words in dumped.items() if any(one in words for one in wanted)}


def test_no_table_but_those_of_identities_holds_a_name_an_address_a_telephone_or_a_place(
    client: FlaskClient, workers: Engine, world: World, database: Engine
) -> None:
    assert send(client, world, told(world)) == [("stored", None)]
    world.change(
        "UPDATE unit_identities n SET head_name = :name FROM units u"
        " WHERE u.id = n.unit_id AND u.survey_id = :survey", name=NAMES[0],
    )  # fmt: skip
    drain(workers)
    found = world.sql("SELECT f.rule, f.path, f.value, f.reads FROM findings f JOIN interviews i"
                      " USING (interview_id, ea_id) WHERE i.survey_id = :survey")  # fmt: skip
    # The canaries did break rules: a name with a digit, a telephone with letters.
    paths = {row.path for row in found}
    assert {"identification/phone", "identification/nickname"} <= paths
    assert holding(dump(database)) == APART
    assert rebuild_all(world) == []


def test_a_supervisor_reads_findings_without_names(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, told(world))
    drain(workers)
    answer = client.get(
        f"/api/v1/findings?survey={world.code}", headers=signed_in(client, world, "hoa")
    )
    assert answer.get_json()["findings"]
    assert not any(canary in answer.get_data(as_text=True) for canary in CANARIES)


def test_matching_still_knows_who_is_who(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, told(world))
    drain(workers)
    rows = world.sql("SELECT n.name, p.line FROM person_identities n JOIN persons p"
                     " USING (interview_id, ea_id, line) JOIN interviews i"
                     " USING (interview_id, ea_id) WHERE i.survey_id = :survey")  # fmt: skip
    assert rows
    assert {row.name for row in rows} <= set(NAMES)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("web", "SELECT name FROM person_identities"),
        ("web", "DELETE FROM person_identities"),
        ("web", "UPDATE unit_identities SET address = ''"),
        ("web", "UPDATE survey_keys SET state = 'destroyed'"),
        ("web", "DELETE FROM survey_keys"),
        ("web", "UPDATE surveys SET state = 'open'"),
        ("web", "INSERT INTO retirements (survey_id, reason, asked_by, asked_at)"
                " VALUES (1, '', 1, now())"),
        ("worker", "SELECT address FROM unit_identities"),
        ("worker", "UPDATE person_identities SET name = ''"),
        ("worker", "INSERT INTO survey_keys VALUES (1, 'a', 'a', 'active', now())"),
    ],
)  # fmt: skip
def test_a_role_may_not(
    database: Engine, chosen: settings.Settings, role: str, statement: str
) -> None:
    made = engine(chosen.database_url if role == "web" else chosen.worker_database_url, 1)
    with made.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
    made.dispose()


def test_a_dataset_has_no_canary_unless_it_was_asked_for(
    client: FlaskClient, workers: Engine, world: World, tmp_path: Path
) -> None:
    send(client, world, told(world))
    drain(workers)
    words = {}
    for identified in (False, True):
        out = tmp_path / str(identified)
        with Session(world.engine) as session:
            wish = Wish(world.id, frame.tops(session, world.id)[0].id, identified)
            make_dataset(session, wish, list(LEVELS), out, datetime.now(UTC))
        words[identified] = "".join(file.read_text() for file in out.iterdir())
        with (out / "person.csv").open(newline="") as file:
            assert len(list(csv.DictReader(file))) >= 1
    assert not any(canary in words[False] for canary in CANARIES)
    assert world.unit(EAS[0], 1) not in words[False]
    assert NAMES[0] in words[True]
    assert PLACES[0] in words[True]
