"""Who did what, and is the trail whole? For auditors and administrators."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from survey_server.domain.audit import ACTIONS
from survey_server.services.audit.reading import read
from survey_server.store import audit as stored
from survey_server.store.base import db
from survey_server.web import people, places, posted
from survey_server.web.languages import language

PER_PAGE = 50
LARGEST_ENTRY = 2**62


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/audit", view_func=audit_page)


def audit_page(survey: str) -> str:
    session, here = db.session(), places.here(survey)
    asked = _asked(survey, here.survey.timezone)
    found = read(session, people.viewer(), asked, PER_PAGE + 1)
    anchor = stored.last_anchor(session)
    head = stored.ends_of(session, [survey]).get(survey)
    return render_template(
        "audit.html",
        here=here,
        entries=found[:PER_PAGE],
        more=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
        asked=asked,
        actions=_actions(),
        sentence=_sentence,
        anchored_at=anchor[1] if anchor else None,
        sealed=head[0] if head else 0,
        head=head[1].hex() if head else "",
    )


def _asked(survey: str, timezone: str) -> stored.Asked:
    """Leniently: an address that somebody mistyped still shows the trail."""
    action, person = request.args.get("action", ""), request.args.get("person", "")
    before = request.args.get("before", "")
    since, until = _midnight("since", timezone), _midnight("until", timezone)
    return stored.Asked(
        survey=survey,
        action=action if action in ACTIONS else "",
        person=_number(person, posted.LARGEST_ID),
        since=since,
        until=until + timedelta(days=1) if until else None,
        before=_number(before, LARGEST_ENTRY),
    )


def _number(text: str, most: int) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if plain and 0 < int(text) <= most else None


def _midnight(name: str, timezone: str) -> datetime | None:
    """The beginning of a day of the survey."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return datetime.combine(day, time(), ZoneInfo(timezone))


def _sentence(action: str) -> str:
    found = ACTIONS.get(action)
    if found is None:
        return action
    return found.en if language() == "en" else found.vi


def _actions() -> list[tuple[str, str]]:
    return [(name, _sentence(name)) for name in ACTIONS]
