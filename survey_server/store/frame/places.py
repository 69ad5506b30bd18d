"""Where somebody stands in the tree, as far as they may see it: the way up, and what lies below."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Step:
    """An area of the way; `level` counts from 0, the highest."""

    id: int
    code: str
    name: str
    level: int


def way_to(session: Session, area: int, seen: Sequence[int]) -> list[Step]:
    """From the highest area that is seen down to `area`, which is at or below one of `seen`."""
    rows = session.execute(
        text(
            "SELECT a.id, a.code, a.name, a.level FROM areas c JOIN areas a ON a.id = ANY(c.path)"
            " WHERE c.id = :area AND a.path && CAST(:seen AS integer[]) ORDER BY a.level"
        ),
        {"area": area, "seen": list(seen)},
    )
    return [Step(*row) for row in rows]


def steps_below(session: Session, area: int) -> list[Step]:
    """In Vietnamese order."""
    rows = session.execute(
        text(
            "SELECT id, code, name, level FROM areas WHERE parent_id = :area"
            " ORDER BY sort_key, code"
        ),
        {"area": area},
    )
    return [Step(*row) for row in rows]


def topmost(session: Session, seen: Sequence[int]) -> list[Step]:
    """Of these areas, those that are below none of the others."""
    rows = session.execute(
        text(
            "SELECT id, code, name, level FROM areas WHERE id = ANY(:seen)"
            " AND NOT trim_array(path, 1) && CAST(:seen AS integer[])"
            " ORDER BY level, sort_key, code"
        ),
        {"seen": list(seen)},
    )
    return [Step(*row) for row in rows]
