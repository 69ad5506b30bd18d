"""The trail is written at once, by its own connection, and says what it may and no more."""

import time
from statistics import median

import pytest
from apiflask import APIFlask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.audit import BadEntry
from survey_server.problems import AuditUnavailable
from survey_server.services import audit
from survey_server.services.audit import Entry
from tests.world import World


def actions_of(database: Engine, survey: str) -> list[str]:
    with Session(database) as session:
        rows = session.execute(
            text(
                "SELECT action FROM audit_entries WHERE survey = :survey"
                " AND action <> 'form_published' ORDER BY id"
            ),
            {"survey": survey},
        )
        return [row.action for row in rows]


def test_an_entry_stays_although_the_request_rolls_back(
    app: APIFlask, database: Engine, world: World
) -> None:
    with Session(database) as session, session.begin() as outer:
        session.execute(text("UPDATE surveys SET training = true WHERE id = :id"), {"id": world.id})
        audit.note(Entry("refused", world.code, object="findings.list_findings"))
        outer.rollback()
    assert actions_of(database, world.code) == ["refused"]


def test_an_entry_does_not_wait_for_rows_that_the_request_has_locked(
    app: APIFlask, database: Engine, world: World
) -> None:
    with Session(database) as session, session.begin():
        session.execute(text("SELECT FROM surveys WHERE id = :id FOR UPDATE"), {"id": world.id})
        session.execute(text("SELECT FROM people FOR UPDATE"))
        audit.note(Entry("role_given", world.code, person=1))
    assert actions_of(database, world.code) == ["role_given"]


def test_what_cannot_be_written_down_is_not_done(app: APIFlask) -> None:
    nowhere = audit.Trail("postgresql+psycopg://survey_web@/survey?host=/nonexistent")
    with pytest.raises(AuditUnavailable):
        nowhere.note(Entry("release_asked"))


def test_a_refusal_stands_although_it_cannot_be_written_down(app: APIFlask) -> None:
    nowhere = audit.Trail("postgresql+psycopg://survey_web@/survey?host=/nonexistent")
    audit.keep_in(nowhere)
    try:
        audit.note_if_possible(Entry("refused"))
    finally:
        audit.keep_in(app.extensions["audit"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "something"},
        {"action": "refused", "object": "x" * 301},
        {"action": "refused", "data": {"Nguyễn Thị Lan": 1}},
        {"action": "refused", "data": {"answer": "x" * 301}},
        {"action": "refused", "data": {f"n{number}": 1 for number in range(21)}},
    ],
)
def test_an_entry_that_the_trail_cannot_hold_is_a_mistake(wrong: dict[str, object]) -> None:
    with pytest.raises(BadEntry):
        Entry(**wrong)  # type: ignore[arg-type]


def test_writing_an_entry_takes_about_a_millisecond(app: APIFlask, world: World) -> None:
    audit.note(Entry("refused", world.code))
    took = []
    for _ in range(200):
        begun = time.perf_counter()
        audit.note(Entry("findings_viewed", world.code, 1, object="area:01", data={"rows": 3}))
        took.append(time.perf_counter() - begun)
    # Half of them: a machine that stands still for a moment stands still for a few.
    assert median(took) < 0.01
