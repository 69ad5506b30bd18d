"""What a submission tells, by its form, before it is read: its unit, its end, its files.

Published versions never change: what was looked up once serves until the process ends.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from survey_server.domain.entities import entity_id, is_entity_of
from survey_server.domain.intake.items import LONGEST_NAME
from survey_server.domain.openrosa import Instance, named_at
from survey_server.domain.openrosa.places import NOWHERE, Places, places_of
from survey_server.store import forms, frame

# Hundreds of surveys with dozens of versions each; a hostile client cannot make any.
MOST_VERSIONS = 10_000


@dataclass(frozen=True, slots=True)
class Version:
    """`published`: of a published form version, which is what it is for ever."""

    id: int | None
    published: bool
    places: Places


UNKNOWN = Version(None, False, NOWHERE)
# By survey, form and version.
_published: dict[tuple[int, str, str], Version] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """`files` are the names that the answers have for files."""

    version: Version
    unit: str | None
    finished: datetime | None
    files: tuple[str, ...]


def told_at_once(survey: int, instance: Instance) -> Told | None:
    """None where the form version is not remembered: it may be a published one all the same."""
    version = _published.get((survey, instance.form_id, instance.form_version))
    return None if version is None else _told(version, instance)


def told(session: Session, survey: int, person: int, instance: Instance) -> Told:
    version = version_of(session, survey, instance.form_id, instance.form_version)
    says = _told(version, instance)
    if says.unit is None and instance.entity is not None:
        return replace(says, unit=_unit_of(session, survey, person, instance.entity))
    return says


def _unit_of(session: Session, survey: int, person: int, entity: UUID) -> str | None:
    """The household that was chosen from the list of one of the enumerator's tablets, where the
    form does not ask which one it is about."""
    code = frame.code_of_survey(session, survey)
    if not is_entity_of(code, entity):
        return None
    listed = frame.households_of(session, survey, person)
    return next((one.code for one in listed if entity_id(code, one.code) == entity), None)


def _told(version: Version, instance: Instance) -> Told:
    places = version.places
    return Told(
        version=version,
        unit=_first(instance, places.unit),
        finished=_moment(_first(instance, places.finished)),
        files=tuple(
            dict.fromkeys(name for path in places.files for name in named_at(instance.root, path))
        ),
    )


def version_of(session: Session, survey: int, form_id: str, version: str) -> Version:
    known = _published.get((survey, form_id, version))
    if known is not None:
        return known
    name = forms.version_ids(session, survey, {(form_id, version)}).get((form_id, version))
    if name is None:
        return UNKNOWN
    places = places_of(forms.description_told(session, name.id))
    found = Version(name.id, not name.trial, places)
    if found.published and len(_published) < MOST_VERSIONS:
        _published[survey, form_id, version] = found
    return found


def _first(instance: Instance, paths: tuple[tuple[str, ...], ...]) -> str | None:
    """What is longer than any name is none."""
    for path in paths:
        for text in named_at(instance.root, path):
            return text if len(text) <= LONGEST_NAME else None
    return None


def _moment(text: str | None) -> datetime | None:
    """A tablet's clock is only a claim: what is no moment says nothing."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
