"""A submission's bytes become answers, findings and a household; or they go to quarantine."""

import gzip
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from sqlalchemy.orm import Session

from survey_server.domain.answers import (
    Household,
    NotATree,
    Person,
    Reading,
    household_of,
    read_answers,
    tree_of_xml,
)
from survey_server.domain.bodies import BodyDamaged
from survey_server.domain.forms import FormDescription
from survey_server.domain.identities import without_identities
from survey_server.domain.intake.items import content_of, contents_of
from survey_server.domain.interviews import clock_is_off
from survey_server.domain.names import name_fold, name_key
from survey_server.domain.rules import Rules
from survey_server.services import bodies
from survey_server.services.interviews.forms_at_hand import (
    FormAtHand,
    RulesInForce,
    form_at_hand,
)
from survey_server.store import intake as stored
from survey_server.store.intake import Body, Received
from survey_server.store.interviews import FoundFinding, PersonLine
from survey_server.store.quarantine import as_chosen


@dataclass(frozen=True, slots=True)
class Understood:
    """What a submission says, by its form."""

    submission: Received
    household: Household
    persons: tuple[PersonLine, ...]
    findings: tuple[FoundFinding, ...]
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A submission that could not be understood. `trace` names places in the code, no values."""

    submission: Received
    code: str
    trace: str


# By batch; None for a body that its own key does not open: nobody will ever read it.
Contents: TypeAlias = dict[int, list[bytes] | None]


@dataclass(slots=True)
class AtHand:
    """A batch whose submissions are read one by one: it is unpacked for the first of them."""

    batch: int
    contents: Contents = field(default_factory=dict)

    def keep(self, contents: Contents) -> None:
        if self.batch in contents:
            self.contents = {self.batch: contents[self.batch]}


def read_submissions(
    session: Session, submissions: list[Received], at_hand: AtHand | None = None
) -> list[Understood | Failed]:
    """From the bytes that tell them now. Raises KeyUnavailable, before anything was read, or
    SurveyRetired."""
    placed = as_chosen(session, submissions)
    known = at_hand.contents if at_hand else {}
    sealed = stored.bodies_of(session, sorted({one.batch for one in placed} - known.keys()))
    contents = known | _contents(session, placed, sealed)
    if at_hand:
        at_hand.keep(contents)
    return _read(session, placed, contents)


def read_from(
    session: Session, submissions: list[Received], sealed: Mapping[int, Body]
) -> list[Understood | Failed]:
    """`sealed` are those of their batches, as they are stored."""
    return _read(session, submissions, _contents(session, submissions, sealed))


def _read(
    session: Session, submissions: list[Received], contents: Contents
) -> list[Understood | Failed]:
    in_force = RulesInForce(session, (one.survey_id for one in submissions))
    read = []
    for one in submissions:
        form = form_at_hand(session, one.form_version_id)
        rules = in_force.rules(form, one.form_version_id, one.survey_id, one.received_at)
        texts = contents[one.batch]
        read.append(
            read_one(one, texts[one.position], form, rules)
            if texts is not None
            else Failed(one, "body_damaged", "")
        )
    return read


def _contents(
    session: Session, submissions: list[Received], sealed: Mapping[int, Body]
) -> Contents:
    """Also where nothing is left to open, nothing of a survey that was retired is read."""
    batches_of: dict[int, set[int]] = {}
    for one in submissions:
        batches_of.setdefault(one.survey_id, set()).add(one.batch)
    contents: Contents = {}
    for survey, batches in batches_of.items():
        theirs = {batch: sealed[batch] for batch in sorted(batches & sealed.keys())}
        for batch, body in bodies.open_all(session, survey, theirs).items():
            contents[batch] = (
                None
                if isinstance(body, BodyDamaged)
                else contents_in(body, sealed[batch].body_format)
            )
    return contents


# One submission, as ODK Collect and Enketo send it; everything else is a batch in JSON.
XML_GZIP = "xml+gzip"
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"


def contents_in(packed: bytes, body_format: str) -> list[bytes]:
    """Each submission of a batch as it stands there, in order."""
    plain = gzip.decompress(packed)
    return [plain] if body_format == XML_GZIP else contents_of(plain)


def read_one(
    submission: Received, text: bytes, form: FormAtHand, rules: Rules
) -> Understood | Failed:
    """Whatever a submission does to the code that reads it, it does to itself alone."""
    try:
        return _understood(submission, text, form, rules)
    except NotATree as fault:
        return Failed(submission, "not_a_tree", fault.path)
    except MemoryError:
        # Others may have taken it all; jobs/intake tells which it is.
        raise
    except Exception as fault:  # noqa: BLE001 - a submission may do anything
        return Failed(submission, "unreadable", places_of(fault))


def places_of(fault: Exception) -> str:
    """Where it failed. The text of the exception is left out: it may quote an answer."""
    frames = traceback.extract_tb(fault.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([*lines, type(fault).__name__])


def _understood(submission: Received, text: bytes, form: FormAtHand, rules: Rules) -> Understood:
    reading = read_answers(form.description, tree_of(form.description, text))
    household = household_of(form.description, reading.answers)
    findings = judged(submission, reading, household.finished, form, rules)
    if any(one.rule == "required_missing" for one in findings):
        household = replace(household, complete=False)
    told = household.complete and household.persons
    return Understood(
        submission=submission,
        household=household,
        persons=_person_lines(household.persons),
        findings=tuple({(one.rule, one.path): one for one in findings}.values()),
        content=form.digest.of(reading.answers) if told else None,
    )


def judged(
    submission: Received,
    reading: Reading,
    finished: datetime | None,
    form: FormAtHand,
    rules: Rules,
) -> list[FoundFinding]:
    """What the rules say, as of when the tablet finished: its clock answered `today()`. Names and
    addresses are left out: a finding is kept and shown as its place alone."""
    zone = rules.logic.zone
    day = submission.received_at.astimezone(zone).date()
    found = rules.judge(reading, finished or submission.received_at, day)
    return [
        *(
            FoundFinding(one.rule, one.path, one.severity, one.value, one.reads, one.confirmed)
            for one in (without_identities(form.description, each) for each in found)
        ),
        *_findings_of_arrival(submission, finished),
    ]


def tree_of(description: FormDescription, text: bytes) -> Any:
    """Of a submission as it stands in its batch, in either spelling; any JSON value."""
    content = content_of(text)
    if content.lstrip(_BEFORE_XML)[:1] == b"<":
        return tree_of_xml(description, content)
    return msgspec.json.decode(content)


def _findings_of_arrival(submission: Received, finished: datetime | None) -> list[FoundFinding]:
    found = []
    if submission.unit_id is None:
        found.append(FoundFinding("unit_unknown", "", "warning", ""))
    elif not submission.assigned:
        found.append(FoundFinding("not_assigned", "", "warning", ""))
    if submission.new_household:
        found.append(FoundFinding("new_household", "", "warning", ""))
    if clock_is_off(finished, submission.received_at):
        found.append(FoundFinding("clock_skew", "", "warning", ""))
    return found


def _person_lines(persons: tuple[Person, ...]) -> tuple[PersonLine, ...]:
    return tuple(
        PersonLine(
            line=one.line,
            name=one.name or "",
            name_key=name_key(one.name or ""),
            name_fold=name_fold(one.name or ""),
            sex=one.sex,
            birth_year=one.birth_year,
            birth_month=one.birth_month,
            age=one.age,
            relation=one.relation,
        )
        for one in persons
    )
