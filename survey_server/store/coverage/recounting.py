"""Counting the interviews of EAs again. The truth table of what counts as what is COUNTED."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNTED = (
    "count(*) AS received,"
    " count(*) FILTER (WHERE i.counts AND {interviewed} AND i.complete) AS complete,"
    " count(*) FILTER (WHERE i.counts AND {interviewed} AND NOT i.complete) AS partial,"
    " count(*) FILTER (WHERE i.counts AND i.result = 'absent') AS absent,"
    " count(*) FILTER (WHERE i.counts AND i.result = 'refused') AS refused,"
    " count(*) FILTER (WHERE i.counts AND i.result = 'moved') AS moved,"
    " count(*) FILTER (WHERE i.counts AND i.result = 'not_a_dwelling') AS not_a_dwelling,"
    " count(*) FILTER (WHERE i.counts AND i.result = 'all_died') AS all_died,"
    " count(*) FILTER (WHERE NOT i.counts) AS duplicates,"
    " count(*) FILTER (WHERE i.counts AND i.errors + i.warnings > 0) AS with_findings,"
    " coalesce(sum(i.persons) FILTER (WHERE i.counts AND {interviewed}), 0) AS persons,"
    " max(i.received_at) AS last_received_at"
).format(
    # Whatever a form's result is not told to mean otherwise, so that every interview has a column.
    interviewed="coalesce(i.result NOT IN"
    " ('absent', 'refused', 'moved', 'not_a_dwelling', 'all_died'), true)"
)

FIGURES = [
    "received",
    "complete",
    "partial",
    "absent",
    "refused",
    "moved",
    "not_a_dwelling",
    "all_died",
    "duplicates",
    "with_findings",
    "persons",
    "last_received_at",
]


def lock_eas(session: Session, survey: int, eas: Sequence[int]) -> None:
    """Taken before anything is recounted, in order, so that two workers cannot wait for each other.

    What another worker derived for these EAs is seen once the lock is held.
    """
    wanted = sorted(set(eas))
    parameters: dict[str, Any] = {"survey": survey, "eas": wanted}
    locked = session.execute(
        text(
            "SELECT ea_id FROM ea_coverage WHERE survey_id = :survey AND ea_id = ANY(:eas)"
            " ORDER BY ea_id FOR NO KEY UPDATE"
        ),
        parameters,
    ).all()
    if len(locked) < len(wanted):
        _add_rows(session, parameters)
        lock_eas(session, survey, eas)


def _add_rows(session: Session, parameters: dict[str, Any]) -> None:
    session.execute(
        text(
            "INSERT INTO ea_coverage (survey_id, ea_id)"
            " SELECT :survey, ea FROM unnest(CAST(:eas AS integer[])) AS new(ea)"
            " ORDER BY ea ON CONFLICT DO NOTHING"
        ),
        parameters,
    )


def recount(session: Session, survey: int, eas: Sequence[int]) -> None:
    """Counts the interviews of these EAs again; the caller holds their locks."""
    parameters = {"survey": survey, "eas": sorted(set(eas))}
    sets = ", ".join(f"{name} = coalesce(n.{name}, {_zero(name)})" for name in FIGURES)
    session.execute(
        text(
            f"UPDATE ea_coverage c SET {sets} FROM unnest(CAST(:eas AS integer[])) AS e(ea)"
            f" LEFT JOIN (SELECT i.ea_id, {COUNTED} FROM interviews i"
            " WHERE i.survey_id = :survey AND i.ea_id = ANY(:eas) GROUP BY i.ea_id) n"
            " ON n.ea_id = e.ea WHERE c.survey_id = :survey AND c.ea_id = e.ea"
        ),
        parameters,
    )
    session.execute(
        text("DELETE FROM ea_days WHERE survey_id = :survey AND ea_id = ANY(:eas)"), parameters
    )
    session.execute(
        text(
            f"INSERT INTO ea_days (survey_id, ea_id, day, person_id, {', '.join(FIGURES)})"
            " SELECT i.survey_id, i.ea_id,"
            " CAST(i.first_received_at AT TIME ZONE s.timezone AS date) AS day, i.person_id,"
            f" {COUNTED} FROM interviews i JOIN surveys s ON s.id = i.survey_id"
            " WHERE i.survey_id = :survey AND i.ea_id = ANY(:eas)"
            " GROUP BY i.survey_id, i.ea_id, day, i.person_id"
        ),
        parameters,
    )


def _zero(name: str) -> str:
    return "NULL" if name == "last_received_at" else "0"
