"""The people of an area, for those who are over it: a page at a time, in the order of user names.

A page is continued after a person's id, and never after a name: names do not belong in addresses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.names import name_fold
from survey_server.store.people.memberships import TODAY

_LETTERS = "".join(
    dict.fromkeys(
        normalize("NFC", base + quality + tone)
        for base in "aeiouyd"
        for quality in ("", "\u0302", "\u0306", "\u031b", "\u0335")
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
        if len(normalize("NFC", base + quality + tone)) == 1
    )
)
_MARKED = "".join(letter for letter in _LETTERS + "đ" if not letter.isascii())
_MARKED += _MARKED.upper() + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN = "".join(name_fold(letter) for letter in _MARKED)
# Of somebody called p, with or without the marks of letters.
CONTAINS_WORDS = (
    "(CAST(:words AS text) = '' OR strpos(translate(p.name, :marked, :plain), :words) > 0"
    " OR strpos(p.username, :words) > 0)"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A role in an area, as the list shows it. `held`: whether it has not ended yet."""

    id: int
    role: str
    area: str
    area_name: str
    valid_from: date | None
    valid_to: date | None
    held: bool


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    username: str
    name: str
    disabled: bool
    second_factor: bool
    last_signed_in: datetime | None
    roles: list[Held]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`areas` are the topmost to look in; blank and None leave a condition out."""

    survey: int
    areas: Sequence[int]
    words: str = ""
    role: str = ""
    disabled: bool | None = None
    person: int | None = None
    after: int | None = None
    limit: int = 50


_BELONGS = (
    "SELECT FROM memberships m JOIN areas a ON a.id = m.area_id"
    " JOIN surveys s ON s.id = m.survey_id WHERE m.person_id = {of}.id AND m.survey_id = :survey"
    " AND a.path && CAST(:areas AS integer[])"
)
# Whoever is not of these areas is nobody to go on from: how their name sorts would be told.
_LAST = (
    f"SELECT l.username FROM people l WHERE l.id = :after AND EXISTS ({_BELONGS.format(of='l')})"
)
_MEMBERS = f"""
    SELECT p.id, p.username, p.name, p.disabled_at IS NOT NULL AS disabled,
           EXISTS (SELECT FROM second_factors f
                   WHERE f.person_id = p.id AND f.confirmed_at IS NOT NULL) AS second_factor,
           (SELECT max(t.seen_at) FROM sessions t WHERE t.person_id = p.id) AS last_signed_in
    FROM people p
    WHERE EXISTS ({_BELONGS.format(of="p")}
                  AND (CAST(:role AS text) = '' OR m.role = :role
                       AND coalesce(m.valid_to, 'infinity') >= {TODAY}))
    AND (CAST(:disabled AS boolean) IS NULL OR (p.disabled_at IS NOT NULL) = :disabled)
    AND (CAST(:person AS integer) IS NULL OR p.id = :person)
    AND {CONTAINS_WORDS}
    AND (CAST(:after AS integer) IS NULL
         OR p.username > ({_LAST}))
    ORDER BY p.username LIMIT :limit
"""
_ROLES = f"""
    SELECT m.person_id, m.id, m.role, a.code, a.name, m.valid_from, m.valid_to,
           coalesce(m.valid_to, 'infinity') >= {TODAY} AS held
    FROM memberships m JOIN areas a ON a.id = m.area_id JOIN surveys s ON s.id = m.survey_id
    WHERE m.person_id = ANY(:people) AND m.survey_id = :survey
      AND a.path && CAST(:areas AS integer[])
    ORDER BY m.person_id, a.code, m.role, m.id
"""


def members(session: Session, wanted: Wanted, now: datetime) -> list[Member]:
    """With their roles of that survey in those areas, and of no other."""
    rows = session.execute(text(_MEMBERS), _values(wanted, now)).all()
    roles: dict[int, list[Held]] = {row.id: [] for row in rows}
    found = session.execute(
        text(_ROLES),
        {
            "people": list(roles),
            "survey": wanted.survey,
            "areas": list(wanted.areas),
            "now": now,
        },
    )
    for person, *held in found:
        roles[person].append(Held(*held))
    return [Member(**row._mapping, roles=roles[row.id]) for row in rows]


def more_than(session: Session, wanted: Wanted, most: int, now: datetime) -> bool:
    """Whether there are more; counts no further."""
    values = {**_values(wanted, now), "limit": most + 1}
    count = session.execute(text(f"SELECT count(*) FROM ({_MEMBERS}) found"), values)
    return bool(count.scalar_one() > most)


def words_to_find(words: str) -> dict[str, str]:
    """The values of CONTAINS_WORDS."""
    return {"words": name_fold(words), "marked": _MARKED, "plain": _PLAIN}


def _values(wanted: Wanted, now: datetime) -> dict[str, object]:
    return {
        **words_to_find(wanted.words),
        "survey": wanted.survey,
        "areas": list(wanted.areas),
        "role": wanted.role,
        "disabled": wanted.disabled,
        "person": wanted.person,
        "after": wanted.after,
        "limit": wanted.limit,
        "now": now,
    }
