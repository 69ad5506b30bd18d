"""What was sent under one id, opened and tried; nothing of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.bodies import BodyDamaged
from survey_server.domain.intake.items import content_of
from survey_server.domain.openrosa import read_instance
from survey_server.domain.people import Viewer
from survey_server.services import bodies
from survey_server.services.interviews.forms_at_hand import RulesInForce, form_at_hand
from survey_server.services.interviews.reading import (
    Failed,
    contents_in,
    read_one,
    tree_of,
)
from survey_server.services.openrosa.told import told
from survey_server.store import forms, frame, intake, quarantine
from survey_server.store.intake import Received
from survey_server.store.quarantine import VersionPlace


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who looks or acts in a survey: within `areas`, and where they may also see who
    somebody is, `naming`."""

    survey: int
    code: str
    areas: list[int]
    naming: list[int]
    person: int


# Who works with interviews may see who somebody is; an administrator mends without that.
NAMING = ("team_leader", "supervisor", "data_manager")


def hand_of(session: Session, viewer: Viewer, survey: str) -> Hand:
    """Raises NotFound for a survey that is not the viewer's."""
    areas = viewer.areas_in(survey)
    found = frame.survey_by_code(session, survey)
    if found is None or not areas:
        raise problems.NotFound()
    return Hand(found.id, survey, areas, viewer.areas_in(survey, NAMING), viewer.person_id)


class Contents:
    """Everything that was ever sent or written under an id, by where it lies."""

    def __init__(self, session: Session, survey: int, instance_id: UUID) -> None:
        """Raises KeyUnavailable or SurveyRetired."""
        sealed = quarantine.sealed_contents(session, instance_id)
        opened = bodies.open_all(session, survey, sealed) if sealed else {}
        self._bodies: Mapping[int, list[bytes]] = {
            batch: contents_in(body, sealed[batch].body_format)
            for batch, body in opened.items()
            if not isinstance(body, BodyDamaged)
        }

    def at(self, place: VersionPlace) -> bytes | None:
        """As it stands in its batch; None where it is damaged, or came in another survey."""
        found = self._bodies.get(place.batch)
        return found[place.position] if found and place.position < len(found) else None


class _Claims(msgspec.Struct):
    form_id: Any = ""
    form_version: Any = ""
    unit: Any = None


@dataclass(frozen=True, slots=True)
class Claims:
    form_id: str
    form_version: str
    unit: str


NOTHING_CLAIMED = Claims("", "", "")


def claims_of(session: Session, submission: Received, text: bytes) -> Claims:
    """Blank where it says nothing; XML as ODK clients send it is read by its form."""
    if text[:1] != b"{":
        return _claims_of_xml(session, submission, text)
    says = msgspec.json.decode(text, type=_Claims)
    return Claims(str(says.form_id), str(says.form_version), str(says.unit or ""))


def _claims_of_xml(session: Session, submission: Received, text: bytes) -> Claims:
    try:
        instance = read_instance(text, len(text))
    except problems.Problem:
        return NOTHING_CLAIMED
    unit = told(session, submission.survey_id, submission.person_id, instance).unit
    return Claims(instance.form_id, instance.form_version, unit or "")


def shown(text: bytes) -> str:
    """The answers or the XML of a submission, to be read by people, and mended."""
    content = content_of(text)
    if content.lstrip()[:1] == b"{":
        return msgspec.json.format(content, indent=2).decode()
    return content.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Tried:
    """How well a content fits a version: `code` says why it does not, `path` where."""

    fits: bool
    code: str
    path: str
    findings: int


def tried(
    session: Session, submission: Received, text: bytes, version: int, now: datetime
) -> Tried:
    form = form_at_hand(session, version)
    in_force = RulesInForce(session, [submission.survey_id])
    rules = in_force.rules(form, version, submission.survey_id, now)
    read = read_one(replace(submission, form_version_id=version), text, form, rules)
    if isinstance(read, Failed):
        return Tried(False, read.code, read.trace if read.code == "not_a_tree" else "", 0)
    return Tried(True, "", "", len(read.findings))


def require_readable(
    session: Session, submission: Received, text: bytes, version: int, now: datetime
) -> None:
    """Raises StillUnreadable."""
    found = tried(session, submission, text, version, now)
    if not found.fits:
        pointer = "/content" + (f"/{found.path}" if found.path else "")
        raise problems.StillUnreadable(errors=[{"pointer": pointer, "code": found.code}])


def version_claimed(session: Session, survey: int, claims: Claims) -> int | None:
    """The published version that it names, if there is one."""
    name = (claims.form_id, claims.form_version)
    found = forms.version_ids(session, survey, {name}).get(name)
    return None if found is None or found.trial else found.id


def received_one(session: Session, instance_id: UUID) -> Received:
    (found,) = intake.received(session, [instance_id])
    return found


def tree_by(session: Session, version: int | None, text: bytes | None) -> Any:
    """None where it cannot be read by the version at all."""
    if version is None or text is None:
        return None
    try:
        return tree_of(form_at_hand(session, version).description, text)
    except Exception:  # noqa: BLE001 - a submission may do anything
        return None
