"""Carrying out what people decided, as workers do: what is to be read anew goes back to whoever
claims batches; what counts for another unit from now on is taken back where it was told."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey_server.services.interviews.forgetting import forget
from survey_server.store import quarantine as stored
from survey_server.store.quarantine import AT_ONCE, Misplaced
from survey_server.store.sync import resolving


def carry_out(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """How many were asked for. The caller commits before anybody claims."""
    if not stored.anything_asked(session):
        return 0
    resolving.lock_places_alone(session)
    ids = stored.take_asked(session, most)
    found = stored.misplaced(session, ids)
    for survey, of_survey in groupby(found, key=lambda one: one.survey_id):
        _place(session, survey, list(of_survey), now)
    stored.reopen(session, ids, now)
    return len(ids)


def _place(session: Session, survey: int, found: Sequence[Misplaced], now: datetime) -> None:
    left = {one.left_ea_id for one in found if one.left_ea_id != one.ea_id}
    again: set[uuid.UUID] = set()
    if left:
        claimed = {one.interview_id for one in found if one.left_ea_id != one.ea_id}
        again = set(forget(session, survey, claimed, left).part_of)
    resolving.give_places(session, found)
    # What else belongs to these interviews tells them where they were.
    resolving.derive_again(session, survey, sorted(again), now)
