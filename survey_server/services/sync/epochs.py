"""A restored database begins a new epoch: tablets then offer again what it may have lost.

An operator says that it was restored (`survey-server db restored`); where the database may be asked
on which cluster and timeline it is, the sweep notices it by itself.
"""

import uuid

from sqlalchemy.orm import Session

from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store.sync import epochs as stored


def notice_restoration(session: Session) -> bool:
    """Whether a new epoch began because the database is on another cluster or timeline than it was
    last seen on."""
    system, noted = stored.system_now(session), stored.system_noted(session)
    if system is None or system == noted:
        return False
    if noted is None:
        stored.note_system(session, system)
        return False
    return _begin(session, noted, system, "noticed")


def begin_epoch(session: Session) -> str:
    """After a restore, by an operator's word: the new epoch."""
    system, noted = stored.system_now(session), stored.system_noted(session)
    stored.end_future(session)
    _begin(session, noted, system or noted, "told")
    return stored.epoch_now(session)


def _begin(session: Session, before: str | None, system: str | None, how: str) -> bool:
    epoch = str(uuid.uuid4())
    if not stored.begin_epoch(session, epoch, before, system):
        return False
    audit.note(Entry("epoch_begun", object=f"epoch:{epoch}", data={"how": how}))
    return True
