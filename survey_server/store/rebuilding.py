"""Putting derived rows aside and comparing them with what was derived again."""

from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

_OF_SURVEY = (
    "ea_id = ANY(:eas) AND (interview_id, ea_id) IN (SELECT interview_id, ea_id FROM interviews"
    " WHERE ea_id = ANY(:eas) AND survey_id = :survey)"
)
_OF_EAS = {
    "interviews": "ea_id = ANY(:eas) AND survey_id = :survey",
    "persons": _OF_SURVEY,
    "person_identities": _OF_SURVEY,
    "findings": _OF_SURVEY,
    "matches": "(a_ea = ANY(:eas) OR b_ea = ANY(:eas)) AND survey_id = :survey",
    "ea_coverage": "ea_id = ANY(:eas) AND survey_id = :survey",
    "ea_days": "ea_id = ANY(:eas) AND survey_id = :survey",
}


def put_aside(session: Session, survey: int, eas: Sequence[int]) -> None:
    for table, of_eas in _OF_EAS.items():
        session.execute(text(f"DROP TABLE IF EXISTS pg_temp.old_{table}"))
        session.execute(
            text(
                f"CREATE TEMP TABLE old_{table} ON COMMIT DROP AS"
                f" SELECT * FROM {table} WHERE {of_eas}"
            ),
            {"survey": survey, "eas": list(eas)},
        )


def forget(session: Session, survey: int, eas: Sequence[int]) -> None:
    """EA rows stay: they are the locks, and are counted again."""
    for table in ("matches", "interviews", "ea_days"):
        session.execute(
            text(f"DELETE FROM {table} WHERE {_OF_EAS[table]}"),
            {"survey": survey, "eas": list(eas)},
        )


def differences(
    session: Session, survey: int, eas: Sequence[int]
) -> Iterator[tuple[str, int, int]]:
    """Table, rows that are new, rows that are gone; a changed row is both."""
    for table, of_eas in _OF_EAS.items():
        now = f"SELECT * FROM {table} WHERE {of_eas}"
        before = f"SELECT * FROM old_{table}"
        row = session.execute(
            text(
                f"SELECT (SELECT count(*) FROM ({now} EXCEPT ALL {before}) x) AS added,"
                f" (SELECT count(*) FROM ({before} EXCEPT ALL {now}) x) AS gone"
            ),
            {"survey": survey, "eas": list(eas)},
        ).one()
        yield table, row.added, row.gone
