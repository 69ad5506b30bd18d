"""The epoch of the database, and on which cluster it was last seen."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# The identifier of a cluster changes where a dump is loaded, the timeline of its log where a base
# backup is recovered or a standby takes over.
_SYSTEM = (
    "SELECT s.system_identifier || '/' || c.timeline_id"
    " FROM pg_control_system() s, pg_control_checkpoint() c"
)


def system_now(session: Session) -> str | None:
    """None where this role may not know."""
    may = session.execute(
        text(
            "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"
            " AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE')"
        )
    )
    found: str | None = session.execute(text(_SYSTEM)).scalar_one() if may.scalar_one() else None
    return found


def system_noted(session: Session) -> str | None:
    noted: str | None = session.execute(text("SELECT system FROM server")).scalar_one()
    return noted


def epoch_now(session: Session) -> str:
    epoch: str = session.execute(text("SELECT epoch FROM server")).scalar_one()
    return epoch


def note_system(session: Session, system: str | None) -> None:
    session.execute(text("UPDATE server SET system = :system"), {"system": system})


def begin_epoch(session: Session, epoch: str, before: str | None, system: str | None) -> bool:
    """False where another process was first. `before`: the system that it was seen on."""
    found = session.execute(
        text(
            "UPDATE server SET epoch = :epoch, epochs = epochs + 1, system = :system"
            " WHERE system IS NOT DISTINCT FROM :before RETURNING epoch"
        ),
        {"epoch": epoch, "before": before, "system": system},
    )
    return found.one_or_none() is not None


def end_future(session: Session) -> None:
    """What a dump brought along of transactions that this cluster has not come to yet would be news
    for ever: it is news now."""
    for table in ("units", "assignments", "unit_departures"):
        session.execute(
            text(f"UPDATE {table} SET changed = this_change() WHERE changed > this_change()")
        )
