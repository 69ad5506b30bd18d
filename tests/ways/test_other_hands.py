"""Work that changes hands while a tablet is out of reach: reassigned, passed on, revoked."""

from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.carrying import code_for, device_of, person_of
from tests.http import signed_in
from tests.jobs.told import interviews, matches
from tests.ways.books import Books
from tests.ways.tablets import Drawer, Line
from tests.world import EAS, World


def replaced(client: FlaskClient, world: World, leaving: str, **wanted: Any) -> dict[str, Any]:
    newcomer = {"username": f"nga@{world.code}", "name": "Nga"}
    answer = client.post(
        f"/api/v1/surveys/{world.code}/people/{person_of(world, leaving)}/replace",
        json={"new": newcomer, **wanted},
        headers=signed_in(client, world, "hoa"),
    )
    assert answer.status_code == 200
    return dict(answer.get_json())


def revoked(client: FlaskClient, world: World, device_id: str) -> None:
    device = device_of(world, device_id)
    answer = client.post(
        f"/api/v1/surveys/{world.code}/devices/{device}/revoke",
        json={"reason": "Nghi bị mất"},
        headers=signed_in(client, world, "hoa"),
    )
    assert answer.status_code == 200


def code(client: FlaskClient, world: World, who: str, by: str = "hoa") -> str:
    return str(code_for(client, world, who, by)["code"])


def test_a_tablet_whose_work_was_given_to_another_before_it_could_sync(
    client: FlaskClient, world: World, drawer: Drawer, books: Books
) -> None:
    first = drawer.tablet("lan")
    first.sync()
    unit, only_hers = world.unit(EAS[0], 1), world.unit(EAS[0], 2)
    before, also = first.interview(unit), first.interview(only_hers)

    told = replaced(client, world, "lan", keep_devices=True)
    second = drawer.tablet()
    second.enrol(told["code"], "tablet-nga")
    again = second.interview(unit)
    assert second.sync().do == "rest"
    assert first.sync().do == "rest"

    ids = [before.instance_id, also.instance_id, again.instance_id]
    assert first.has_nothing_left()
    assert second.has_nothing_left()
    assert all(drawer.promises.acknowledged_once(one) for one in ids)
    books.balance()
    assert books.kept(*ids)
    # Of two interviews of one household one counts, and the pair is told; the assigned one.
    assert books.counting(unit) == [again.instance_id]
    assert books.counting(only_hers) == [also.instance_id]
    assert books.counted(EAS[0]) == (2, 1)
    assert [kind for kind, _ in matches(world)] == ["same_unit"]
    assert {str(row.current): row.assigned for row in interviews(world)} == {
        before.instance_id: False,
        also.instance_id: False,
        again.instance_id: True,
    }
    assert books.seen_by("hoa", ids) == set(ids)
    assert books.seen_by("duc", ids) == set()
    # The supervisor is told.
    told = matches_of(client, world, "hoa")
    assert [(one["kind"], one["a"]["unit"]) for one in told] == [("same_unit", unit)]
    pair = {one["enumerator"]: (one["counts"], one["assigned"]) for one in both(told[0])}
    assert pair == {"Nga": (True, True), "Lan": (False, False)}
    assert matches_of(client, world, "duc") == []


def matches_of(client: FlaskClient, world: World, who: str) -> Any:
    path = f"/api/v1/matches?survey={world.code}&limit=200"
    answer = client.get(path, headers=signed_in(client, world, who))
    assert answer.status_code == 200
    return answer.get_json()["matches"]


def both(pair: dict[str, Any]) -> tuple[Any, Any]:
    return pair["a"], pair["b"]


def test_a_tablet_passed_on_brings_what_its_first_enumerator_told(
    client: FlaskClient, world: World, drawer: Drawer, books: Books
) -> None:
    tablet = drawer.tablet("lan")
    tablet.sync()
    lans = tablet.interview(world.unit(EAS[0], 1))

    tablet.enrol(code(client, world, "mai", "an"), "tablet-lan")
    mais = tablet.interview(world.unit(EAS[2], 1))
    assert tablet.sync().do == "rest"

    ids = [lans.instance_id, mais.instance_id]
    assert tablet.has_nothing_left()
    assert all(drawer.promises.acknowledged_once(one) for one in ids)
    books.balance()
    assert books.kept(*ids)
    assert books.counting(lans.unit) == [lans.instance_id]
    assert books.counting(mais.unit) == [mais.instance_id]
    assert [row.assigned for row in interviews(world)] == [False, True]
    assert books.seen_by("hoa", ids) == {lans.instance_id}
    assert books.seen_by("binh", ids) == set(ids)


def test_a_tablet_passed_on_in_the_middle_of_an_upload_brings_it_once(
    client: FlaskClient, world: World, drawer: Drawer, books: Books
) -> None:
    """The answer to the first one's upload was lost; the second one's tablet repeats it."""
    tablet = drawer.tablet("lan")
    tablet.sync()
    lans = tablet.interview(world.unit(EAS[0], 1))

    session = tablet.session(Line(client, tablet.secret, unheard=1))
    while tablet.store.in_flight() is None:
        session.step()
    assert books.kept(lans.instance_id)

    tablet.enrol(code(client, world, "mai", "an"), "tablet-lan")
    assert tablet.sync().do == "rest"
    assert drawer.promises.outcomes(lans.instance_id) == ["duplicate"]
    books.balance()
    assert books.counting(lans.unit) == [lans.instance_id]
    # It stays the work of whoever it came from.
    assert [row.person_id for row in interviews(world)] == [person_of(world, "lan")]


def test_a_revoked_tablet_keeps_everything_and_goes_on_once_it_is_enrolled_again(
    client: FlaskClient, world: World, drawer: Drawer, books: Books
) -> None:
    tablet = drawer.tablet("lan")
    tablet.sync()
    sent = tablet.interview(world.unit(EAS[0], 1))
    assert tablet.sync().do == "rest"
    unsent = tablet.interview(world.unit(EAS[0], 2))
    revoked(client, world, "tablet-lan")
    stopped = tablet.sync()
    assert (stopped.do, stopped.reason) == ("stop", "token_revoked")
    assert tablet.store.unacknowledged() == [unsent]
    assert not books.kept(unsent.instance_id)

    tablet.enrol(code(client, world, "lan"), "tablet-lan")
    assert tablet.sync().do == "rest"
    ids = [sent.instance_id, unsent.instance_id]
    assert tablet.has_nothing_left()
    assert all(drawer.promises.acknowledged_once(one) for one in ids)
    books.balance()
    assert books.kept(*ids)
    assert books.counted(EAS[0]) == (2, 0)


def test_an_app_installed_anew_finds_its_store_and_brings_it(
    client: FlaskClient, world: World, drawer: Drawer, books: Books
) -> None:
    """The secret is gone with the app; its store lay on the card, with an upload on its way."""

    tablet = drawer.tablet("lan")
    tablet.sync()
    sent = tablet.interview(world.unit(EAS[0], 1))
    session = tablet.session(Line(client, tablet.secret, unheard=1))
    while tablet.store.in_flight() is None:
        session.step()
    unsent = tablet.interview(world.unit(EAS[0], 2))
    tablet.switch_off()

    anew = drawer.tablet(file=tablet.file)
    anew.enrol(code(client, world, "lan"), "tablet-lan")
    assert anew.sync().do == "rest"
    assert anew.has_nothing_left()
    assert drawer.promises.outcomes(sent.instance_id) == ["duplicate"]
    assert drawer.promises.outcomes(unsent.instance_id) == ["stored"]
    books.balance()
    assert books.kept(sent.instance_id, unsent.instance_id)
    assert books.counted(EAS[0]) == (2, 0)
    assert books.seen_by("hoa", [sent.instance_id, unsent.instance_id]) == {
        sent.instance_id,
        unsent.instance_id,
    }


@pytest.mark.parametrize("known", ["same enrolment", "enrolled again"])
def test_a_tablet_put_back_to_its_own_older_backup(
    client: FlaskClient, world: World, drawer: Drawer, books: Books, tmp_path: Path, known: str
) -> None:
    """It offers what it sent, reuses the number of a batch and of a new household."""

    tablet = drawer.tablet("lan")
    tablet.random = Random(7)
    tablet.sync()
    new_unit = tablet.store.free_numbers(EAS[0])[0]
    early = tablet.interview(world.unit(EAS[0], 1))
    tablet.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = Path(copyfile(tablet.file, tmp_path / "backup.sqlite"))
    later = tablet.interview(new_unit)
    assert tablet.sync().do == "rest"

    old = drawer.tablet(None if known == "enrolled again" else "lan", file=backup)
    if known == "enrolled again":
        old.enrol(code(client, world, "lan"), "tablet-lan")
    old.random = Random(7)
    # The backup knows nothing of the number that was used, nor of the batch.
    assert new_unit in old.store.free_numbers(EAS[0])
    another = old.interview(new_unit)
    assert old.sync().do == "rest"

    assert old.has_nothing_left()
    ids = [early.instance_id, later.instance_id, another.instance_id]
    assert all(drawer.promises.acknowledged_once(one) for one in ids)
    assert drawer.promises.outcomes(early.instance_id) == ["stored", "duplicate"]
    used = world.sql(
        "SELECT count(*) AS batches, count(DISTINCT batch_id) AS ids FROM batches b"
        " JOIN devices d ON d.id = b.device_id WHERE d.survey_id = :survey"
    )[0]
    assert used.batches == 2
    assert used.ids == (2 if known == "same enrolment" else 1)
    books.balance()
    assert books.kept(*ids)
    # Two households under one number: both are kept, one counts, and the pair is told.
    assert len(books.counting(new_unit)) == 1
    assert books.counted(EAS[0]) == (2, 1)
    assert [kind for kind, _ in matches(world)] == ["same_unit"]
    old.session(Line(client, old.secret)).run()
    assert new_unit not in old.store.free_numbers(EAS[0])
