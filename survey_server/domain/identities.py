"""What tells who somebody is or where they live, by a form's roles.

Names, addresses, telephones and places are kept apart from everything else, are left out of
datasets unless somebody asks for them by name, and never stand in a finding.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from survey_server.domain.answers import Finding
from survey_server.domain.forms.parts import FormDescription, Group, Path, Question
from survey_server.domain.logic import XPathSyntaxError, compile_expression
from survey_server.domain.logic.references import references_of

_NUMBERS_OF_UNITS = frozenset({"unit.code", "unit.number"})
_NAMING = frozenset(
    {
        "identity",
        "visit.location",
        "household.address",
        "household.phone",
        "household.head_name",
        "person.name",
        "person.alias",
    }
)
_PLACES = frozenset({"geopoint", "geotrace", "geoshape"})
# What a tablet knows of its owner.
_OF_TABLET = frozenset(
    f"property {name}"
    for name in ("deviceid", "phonenumber", "simserial", "subscriberid", "email", "username")
)


_POSITION = re.compile(r"\[\d+\]")


@lru_cache(maxsize=256)
def identifying(description: FormDescription) -> frozenset[Path]:
    """Questions to be left out of what is handed on: the numbers of households among them."""
    numbers = _marked(description.root, _NUMBERS_OF_UNITS, False)
    return naming(description) | frozenset(numbers)


@lru_cache(maxsize=256)
def naming(description: FormDescription) -> frozenset[Path]:
    """Questions that hold a name, an address, a telephone or a place; texts that are computed
    from one of them, too."""
    found = set(_marked(description.root, _NAMING, False))
    texts = [one for one in description.questions() if one.type == "string" and one.calculate]
    reads = {one.path: _read_by(one) for one in texts}
    before = -1
    while len(found) != before:
        before = len(found)
        found |= {path for path, read in reads.items() if not read.isdisjoint(found)}
    return frozenset(found)


def _marked(group: Group, roles: frozenset[str], inside: bool) -> Iterator[Path]:
    for child in group.children:
        marked = inside or child.role in roles
        if isinstance(child, Group):
            yield from _marked(child, roles, marked)
        elif marked or (roles is _NAMING and _tells_by_itself(child)):
            yield child.path


def _tells_by_itself(question: Question) -> bool:
    return question.type in _PLACES or question.preload in _OF_TABLET


def _read_by(question: Question) -> frozenset[Path]:
    try:
        syntax = compile_expression(question.calculate or "''").syntax
    except XPathSyntaxError:
        return frozenset()
    return frozenset(one.path for one in references_of(syntax, question.path))


def without_identities(description: FormDescription, found: Finding) -> Finding:
    """The finding with its place, and without what was answered there if that names somebody.

    Nobody has said what an answer is that the form does not ask for, so that goes, too.
    """
    hidden = naming(description)
    path = _place(found.path)
    unknown = found.rule == "unknown_question"
    return replace(
        found,
        value="" if unknown or path in hidden else found.value,
        reads={
            read: "" if _place(read) in hidden else answer for read, answer in found.reads.items()
        },
    )


def _place(path: str) -> Path:
    return tuple(_POSITION.sub("", path).split("/"))
