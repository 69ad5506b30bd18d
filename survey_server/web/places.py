"""The survey and the area of a page: chosen once, kept in the address, shown in its bar."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext

from survey_server import policy, problems
from survey_server.callers import all_scopes
from survey_server.domain.people import Viewer
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.frame.places import Step, steps_below, topmost, way_to
from survey_server.store.pairs import Named
from survey_server.store.quarantine import waiting_there
from survey_server.web import people
from survey_server.web.languages import language

LONGEST_CODE = 64
KEPT = ("area", "role", "state", "sort")
PAGES = (
    ("web.coverage_page", "coverage"),
    ("web.people_page", "people"),
    ("web.quarantine_page", "quarantine"),
    ("web.conflicts_page", "conflicts"),
    ("web.matches_page", "matches"),
    ("web.devices_page", "devices"),
    ("web.audit_page", "audit"),
)


@dataclass(frozen=True, slots=True)
class Here:
    """`areas` are the ids to look in, with all that lies below them."""

    survey: frame.Survey
    areas: list[int]
    path: list[Step]
    below: list[Step]
    below_word: str

    @property
    def area(self) -> Step | None:
        return self.path[-1] if self.path else None

    @property
    def code(self) -> str | None:
        """For addresses; None where the viewer's own areas are meant, whichever they are."""
        return request.args.get("area") or None

    @property
    def name(self) -> str:
        return self.survey.name["en" if language() == "en" else "vi"]


@dataclass(frozen=True, slots=True)
class Section:
    """`waiting`: how many things are to be done there."""

    label: str
    address: str
    current: bool
    waiting: int = 0


def add_to(pages: Blueprint) -> None:
    pages.app_template_global("sections")(sections)
    pages.app_template_global("link_to")(link)
    pages.app_template_global("other_surveys")(other_surveys)


def here(survey: str) -> Here:
    """The area is in the address; without it, the viewer's own. Raises NotFound alike for what
    does not exist and what is not theirs."""
    seen = people.areas_in(survey)
    session = db.session()
    found = frame.survey_by_code(session, survey)
    if found is None:
        raise problems.NotFound()
    code = request.args.get("area") or None
    if code is None:
        tops = topmost(session, seen)
        if len(tops) != 1:
            _note_waiting(found.id, seen)
            return Here(found, seen, [], tops, gettext("My areas"))
        area = tops[0].id
    else:
        within = frame.area_within(session, survey, code[:LONGEST_CODE], seen)
        if within is None or "\0" in code:
            raise problems.NotFound()
        area = within[1]
    _note_waiting(found.id, [area])
    path = way_to(session, area, seen)
    below = steps_below(session, area)
    word = _level_word(found, path[-1].level + 1) if below else ""
    return Here(found, [area], path, below, word)


def _note_waiting(survey: int, areas: list[int]) -> None:
    """For the bar, while the database is asked anyway; a page about a failure asks for nothing."""
    held = {scope.role for scope in all_scopes()}
    if held & policy.line_of("web.quarantine_page").roles:
        g.waiting_there = waiting_there(db.session(), survey, areas)


def _level_word(survey: frame.Survey, level: int) -> str:
    names: dict[str, str] = survey.level_names[survey.levels[level]]
    return names["en" if language() == "en" else "vi"]


def sections() -> list[Section]:
    """Where the viewer may go within this survey; none for strangers."""
    survey = (request.view_args or {}).get("survey")
    if people.looking() is None or not survey:
        return []
    held = {scope.role for scope in all_scopes() if scope.survey_code == survey}
    area = request.args.get("area") or None
    found = []
    for endpoint, folder in PAGES:
        if held & policy.line_of(endpoint).roles:
            address = url_for(endpoint, survey=survey, area=area)
            current = request.path.startswith(f"/surveys/{survey}/{folder}")
            waiting = g.get("waiting_there", {}).get(folder, 0)
            found.append(Section(_label(folder), address, current, waiting))
    return found


def other_surveys() -> list[Section]:
    """The same kind of page in each survey of the viewer, or its coverage; none for strangers, on
    pages of no survey, and where there is one survey only."""
    shown = (request.view_args or {}).get("survey")
    if people.looking() is None or not shown:
        return []
    by_survey: dict[str, set[str]] = {}
    for scope in all_scopes():
        by_survey.setdefault(scope.survey_code, set()).add(scope.role)
    if len(by_survey) < 2:
        return []
    wanted = next((page for page, folder in PAGES if f"/{folder}" in request.path), PAGES[0][0])
    found = []
    for code, held in sorted(by_survey.items()):
        page = wanted if held & policy.line_of(wanted).roles else PAGES[0][0]
        found.append(Section(code, url_for(page, survey=code), code == shown))
    return found


def _label(folder: str) -> str:
    words = {
        "coverage": gettext("Coverage"),
        "people": gettext("People"),
        "quarantine": gettext("Quarantine"),
        "conflicts": gettext("Conflicts"),
        "matches": gettext("Duplicates"),
        "devices": gettext("Devices"),
        "audit": gettext("Audit trail"),
    }
    return str(words[folder])


def posts_of(who: Viewer) -> list[dict[str, Any]]:
    """The viewer's own roles, with the names of survey and area."""
    session = db.session()
    found = []
    for scope in who.scopes:
        survey = frame.survey_by_code(session, scope.survey_code)
        area = session.get(frame.Area, scope.area_id)
        if survey is not None and area is not None:
            name = survey.name["en" if language() == "en" else "vi"]
            found.append({"survey": name, "code": survey.code, "area": area, "role": scope.role})
    return found


def link(endpoint: str, **changes: Any) -> str:
    """A page of this survey with this page's choices; what is changed to None is left out."""
    kept = {key: request.args[key] for key in KEPT if request.args.get(key)}
    arguments = {key: value for key, value in {**kept, **changes}.items() if value}
    return url_for(endpoint, survey=(request.view_args or {})["survey"], **arguments)


def named(interview: uuid.UUID, ea: str) -> Named:
    """Raises NotFound for what no area is called."""
    if len(ea) > LONGEST_CODE or not ea.isprintable():
        raise problems.NotFound()
    return Named(interview, ea)


def moment_and_id(text: str) -> tuple[datetime, uuid.UUID] | None:
    """Where a page of a list begins, leniently; None for anything else."""
    at, _, one = text.replace(" ", "+").partition("_")
    try:
        moment, found = datetime.fromisoformat(at), uuid.UUID(one)
    except ValueError:
        return None
    return (moment, found) if moment.tzinfo else None
