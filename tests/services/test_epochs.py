"""A restored database begins a new epoch, told by somebody or noticed."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.services.sync.epochs import begin_epoch, notice_restoration
from survey_server.store.sync.epochs import epoch_now, note_system, system_now


def test_the_worker_may_know_on_which_cluster_it_is(workers: Engine) -> None:
    with Session(workers) as worker:
        assert system_now(worker)


def test_the_first_look_only_remembers(session: Session) -> None:
    note_system(session, None)
    before = epoch_now(session)
    assert not notice_restoration(session)
    assert not notice_restoration(session)
    assert epoch_now(session) == before


@pytest.mark.parametrize("place", [0, 1])
def test_another_cluster_or_timeline_is_a_restored_database(session: Session, place: int) -> None:
    parts = str(system_now(session)).split("/")
    parts[place] = str(int(parts[place]) + 1)
    note_system(session, "/".join(parts))
    before = epoch_now(session)
    assert notice_restoration(session)
    assert epoch_now(session) != before
    assert not notice_restoration(session)


def test_an_operators_word_begins_an_epoch_and_leaves_a_trace(session: Session) -> None:
    before = epoch_now(session)
    session.execute(
        text("UPDATE units SET changed = 2000000000 WHERE id IN (SELECT id FROM units LIMIT 1)")
    )
    epoch = begin_epoch(session)
    assert epoch != before
    ahead = session.execute(text("SELECT count(*) FROM units WHERE changed > this_change()"))
    assert ahead.scalar_one() == 0
    trail = session.execute(
        text("SELECT object FROM audit_entries WHERE action = 'epoch_begun' ORDER BY id DESC")
    )
    assert trail.scalars().first() == f"epoch:{epoch}"
