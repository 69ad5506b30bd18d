"""Interviews of forms that are closed, unknown or a draft, and of areas that others look after."""

from dataclasses import replace
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_server.domain.forms import CompiledForm
from survey_server.domain.frame import AreaRow, AssignmentRow, table_of
from survey_server.jobs.quarantine import try_again
from survey_server.services import frame as frames
from survey_server.services.forms import close, count_trials, draft, publish
from survey_server.store.frame import survey_by_code
from tests.http import signed_in
from tests.jobs.told import interviews
from tests.openrosa.sent import Collect, upload
from tests.ways.books import Books
from tests.ways.tablets import Drawer
from tests.world import EAS, LONG, World

NEXT = "a-later-version"


def another_version(form: CompiledForm, version: str = NEXT) -> CompiledForm:
    xform = form.xform.replace(form.version.encode(), version.encode())
    return replace(form, version=version, xform=xform)


def test_a_form_that_was_closed_while_the_tablet_was_away(
    world: World, drawer: Drawer, books: Books
) -> None:
    tablet = drawer.tablet("lan")
    tablet.sync()
    told = tablet.interview(world.unit(EAS[0], 1))
    with Session(world.engine) as session, session.begin():
        close(session, world.code, LONG, datetime.now(UTC))
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()
    assert drawer.promises.outcomes(told.instance_id) == ["stored"]
    books.balance()
    assert books.kept(told.instance_id)
    assert books.counting(told.unit) == [told.instance_id]
    assert books.counted(EAS[0]) == (1, 0)
    assert books.seen_by("hoa", [told.instance_id]) == {told.instance_id}


def test_every_version_that_was_ever_published_is_taken(
    client: FlaskClient, world: World, drawer: Drawer, books: Books, long_form: CompiledForm
) -> None:
    """By tablets that were away while three more came out."""
    tablet = drawer.tablet("lan")
    tablet.sync()
    versions = [world.version, "second", "third", "fourth"]
    with Session(world.engine) as session, session.begin():
        for version in versions[1:]:
            publish(session, world.code, another_version(long_form, version), datetime.now(UTC))
    told = [
        tablet.interview(world.unit(EAS[0], number), form_version=version)
        for number, version in enumerate(versions, 1)
    ]
    collect = Collect(client, world, long_form)
    assert collect.post(upload(collect.xml(number=5))).status_code == 201
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()
    assert [drawer.promises.outcomes(one.instance_id) for one in told] == [["stored"]] * 4
    books.balance()
    assert books.counted(EAS[0]) == (5, 0)
    found = world.sql(
        "SELECT v.version FROM submissions s JOIN form_versions v ON v.id = s.form_version_id"
        " WHERE s.survey_id = :survey AND s.state = 'derived'"
    )
    assert sorted(row.version for row in found) == sorted([*versions, world.version])


def test_a_version_that_nobody_has_published_yet(
    world: World, drawer: Drawer, books: Books, long_form: CompiledForm
) -> None:
    tablet = drawer.tablet("lan")
    tablet.sync()
    told = tablet.interview(world.unit(EAS[0], 1), form_version=NEXT)
    beside = tablet.interview(world.unit(EAS[0], 2))
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()
    assert drawer.promises.outcomes(told.instance_id) == ["quarantined"]
    assert drawer.promises.outcomes(beside.instance_id) == ["stored"]
    books.balance()
    assert books.kept(told.instance_id, beside.instance_id)
    assert books.counted(EAS[0]) == (1, 0)
    assert books.seen_by("hoa", [told.instance_id]) == {told.instance_id}
    assert books.seen_by("duc", [told.instance_id]) == set()

    with Session(world.engine) as session, session.begin():
        publish(session, world.code, another_version(long_form), datetime.now(UTC))
    try_again(books.workers, datetime.now(UTC))
    tablet.store.offer_everything()
    tablet.sync()
    assert drawer.promises.acknowledged_once(told.instance_id)
    books.balance()
    assert books.kept(told.instance_id, beside.instance_id)
    assert books.counting(told.unit) == [told.instance_id]
    assert books.counted(EAS[0]) == (2, 0)


def test_a_version_that_is_a_draft_is_kept_and_counted_when_the_office_says_so(
    client: FlaskClient, world: World, drawer: Drawer, books: Books, long_form: CompiledForm
) -> None:
    with Session(world.engine) as session, session.begin():
        draft(session, world.code, another_version(long_form), datetime.now(UTC))
    tablet = drawer.tablet("lan")
    tablet.sync()
    told = tablet.interview(world.unit(EAS[0], 1), form_version=NEXT)
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()
    assert drawer.promises.outcomes(told.instance_id) == ["stored"]
    books.balance()
    assert books.kept(told.instance_id)
    assert books.counted(EAS[0]) == (0, 0)
    trials = client.get(
        f"/api/v1/forms/{LONG}/versions/{NEXT}/trials", headers=signed_in(client, world, "an")
    ).get_json()["trials"]
    assert [one["instance_id"] for one in trials] == [told.instance_id]

    # They were real: the office says so once the version is published.
    with Session(world.engine) as session, session.begin():
        asked = (world.code, LONG, NEXT, "real interviews", datetime.now(UTC))
        assert count_trials(session, *asked) == 0
        publish(session, world.code, another_version(long_form), datetime.now(UTC))
        assert count_trials(session, *asked) == 1
        assert count_trials(session, *asked) == 0
    books.balance()
    assert books.counting(told.unit) == [told.instance_id]
    assert books.counted(EAS[0]) == (1, 0)
    tablet.store.offer_everything()
    tablet.sync()
    books.balance()
    assert books.counted(EAS[0]) == (1, 0)
    assert drawer.promises.acknowledged_once(told.instance_id)


def test_an_area_that_went_to_another_team(world: World, drawer: Drawer, books: Books) -> None:
    """While Lan was away, her area became part of another district, where Mai does it."""
    tablet = drawer.tablet("lan")
    tablet.sync()
    early, late = tablet.interview(world.unit(EAS[0], 1)), world.unit(EAS[0], 2)
    assert tablet.sync().do == "rest"
    books.balance()
    unsent = tablet.interview(late)
    _give_away(world)
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()

    ids = [early.instance_id, unsent.instance_id]
    assert all(drawer.promises.outcomes(one) == ["stored"] for one in ids)
    books.balance()
    assert books.kept(*ids)
    assert books.counted(EAS[0]) == (2, 0)
    assert {str(row.current): row.assigned for row in interviews(world)} == {
        early.instance_id: True,
        unsent.instance_id: False,
    }
    # Whoever looks after it now sees all of it; the others nothing.
    assert books.seen_by("hoa", ids) == set()
    assert books.seen_by("binh", ids) == set(ids)


def _give_away(world: World) -> None:
    now = datetime.now(UTC)
    with Session(world.engine) as session, session.begin():
        survey = survey_by_code(session, world.code)
        assert survey
        moved = AreaRow(EAS[0], "ea", "00002", "Địa bàn 001", form_id=LONG)
        frames.import_areas(session, survey, table_of([moved]))
        given = AssignmentRow(f"mai@{world.code}", EAS[0])
        frames.import_assignments(session, survey, table_of([given]), now)
    world.change(
        "UPDATE assignments SET ended_at = now() WHERE survey_id = :survey AND person_id ="
        " (SELECT id FROM people WHERE username = :lan)",
        lan=f"lan@{world.code}",
    )
