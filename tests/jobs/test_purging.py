"""The sweep, as the worker role: what has run out goes, what holds stays."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.services.people import add_person
from survey_server.services.people.limits import WINDOW, Bound
from survey_server.store import people
from tests.entering import signed_in

NOW = datetime(2020, 4, 3, 12, tzinfo=UTC)
PASSWORD = "mot mat khau du dai"


def test_sessions_and_failures_of_the_past_are_purged(
    database: Engine, workers: Engine, trail: None
) -> None:
    username, later = f"lan.{uuid4().hex[:8]}", NOW + timedelta(minutes=29)
    subject = Bound(uuid4().bytes, 5)
    with Session(database) as session, session.begin():
        add_person(session, username, "Lan", PASSWORD, NOW)
        old = signed_in(session, username, PASSWORD, NOW)
        new = signed_in(session, username, PASSWORD, later)
        subject.note(session, NOW)
        subject.note(session, later)
    after = NOW + timedelta(minutes=31)
    with Session(workers) as session, session.begin():
        people.purge_sessions(session, after)
        people.purge_failures(session, after - WINDOW)
    with Session(database) as session:
        assert not people.was_signed_in(session, old)
        assert people.was_signed_in(session, new)
        assert people.count_failures(session, subject.subject, NOW - WINDOW, after)[0] == 1
