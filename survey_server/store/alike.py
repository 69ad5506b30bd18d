"""Sets of interviews that have something in common: a unit, an id, their content, a person."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.alike import Bearer
from survey_server.domain.interviews import UNKNOWN_SCOPE, InterviewKey

# What the members of a set have in common: the values of the columns below.
Trait = tuple[Any, ...]
# By kind and trait, those of some interviews that have it.
Alike = Mapping[str, Mapping[Trait, set[InterviewKey]]]

_TRAITS: Mapping[str, Mapping[str, str]] = {
    "same_unit": {"unit_id": "integer"},
    "same_interview": {"interview_id": "uuid", "survey_id": "integer"},
    "same_content": {"content": "bytea", "scope_id": "integer", "survey_id": "integer"},
    "same_household": {
        "scope_id": "integer", "name_fold": "text", "birth_year": "integer", "sex": "text",
    },
}  # fmt: skip
PLAIN = ("same_unit", "same_interview", "same_content")
_WANTED = (
    " JOIN unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS w(id, ea)"
    " ON t.interview_id = w.id AND t.ea_id = w.ea"
)
_INTERVIEWS = (
    "SELECT t.interview_id, t.ea_id, t.survey_id, t.unit_id, t.scope_id, t.content"
    f" FROM interviews t{_WANTED}"
)
_PEOPLE = (
    "SELECT t.interview_id, t.ea_id, t.scope_id, t.name_fold, t.birth_year, t.sex"
    f" FROM person_identities t{_WANTED} WHERE t.scope_id <> {UNKNOWN_SCOPE} AND t.name_fold <> ''"
)


def alike(session: Session, keys: Collection[InterviewKey]) -> Alike:
    """What these interviews have that others may have, too."""
    found: dict[str, dict[Trait, set[InterviewKey]]] = {kind: {} for kind in _TRAITS}
    wanted = {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]}
    for kinds, query in ((PLAIN, _INTERVIEWS), (("same_household",), _PEOPLE)):
        for row in session.execute(text(query), wanted).mappings():
            for kind in kinds:
                trait = tuple(row[column] for column in _TRAITS[kind])
                if None not in trait:
                    key = (row["interview_id"], row["ea_id"])
                    found[kind].setdefault(trait, set()).add(key)
    return found


def scopes_of(found: Alike) -> set[int]:
    """The areas within which these are compared."""
    return {trait[0] for trait in found["same_household"]} | {
        trait[1] for trait in found["same_content"]
    }


def members(
    session: Session, kind: str, traits: Sequence[Trait]
) -> dict[Trait, list[InterviewKey]]:
    """All that have one of these, the first first: of a unit the one that counts, else by key."""
    query = f"SELECT g.place, t.interview_id, t.ea_id, t.counts FROM {_sets(kind, 'interviews')}"
    found: dict[Trait, list[tuple[bool, uuid.UUID, int]]] = {}
    for row in _rows(session, query, kind, traits):
        later = kind == "same_unit" and not row.counts
        told = found.setdefault(traits[row.place - 1], [])
        told.append((later, row.interview_id, row.ea_id))
    return {trait: [(one, ea) for _, one, ea in sorted(told)] for trait, told in found.items()}


def people(session: Session, traits: Sequence[Trait]) -> dict[Trait, list[Bearer]]:
    query = (
        "SELECT g.place, t.interview_id, t.ea_id, i.unit_id, t.line, t.name_key"
        f" FROM {_sets('same_household', 'person_identities')}"
        " JOIN interviews i ON i.interview_id = t.interview_id AND i.ea_id = t.ea_id"
        " ORDER BY t.interview_id, t.ea_id, t.line"
    )
    found: dict[Trait, list[Bearer]] = {}
    for row in _rows(session, query, "same_household", traits):
        bearer = Bearer((row.interview_id, row.ea_id), row.unit_id, row.line, row.name_key)
        found.setdefault(traits[row.place - 1], []).append(bearer)
    return found


def _sets(kind: str, table: str) -> str:
    columns = _TRAITS[kind]
    arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in columns.items())
    same = " AND ".join(f"t.{name} = g.{name} AND t.{name} IS NOT NULL" for name in columns)
    named = ", ".join(columns)
    return f"unnest({arrays}) WITH ORDINALITY AS g({named}, place) JOIN {table} t ON {same}"


def _rows(session: Session, query: str, kind: str, traits: Sequence[Trait]) -> Iterable[Any]:
    if not traits:
        return ()
    columns = zip(*traits, strict=True)
    return session.execute(
        text(query), {name: list(one) for name, one in zip(_TRAITS[kind], columns, strict=True)}
    )
