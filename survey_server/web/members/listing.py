"""Who is in my areas? A list, and a page of each person.

Names are looked for by a form that posts: an address must not hold a person's name.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _

from survey_server import callers, policy
from survey_server.domain.people import ROLES
from survey_server.services import people as services
from survey_server.store import devices as stored_devices
from survey_server.store.base import db
from survey_server.store.people import Member
from survey_server.web import csrf, people, places, posted, tables
from survey_server.web.words import DEVICE_STATES, ROLE_WORDS, word_of

MOST = 2000
LONGEST_WORDS = 100
STATES = {"enabled": _("may sign in"), "disabled": _("disabled")}
COLUMNS: tuple[tables.Column[Member], ...] = (
    tables.Column(
        "name",
        _("Name"),
        "name",
        lambda one: one.name,
        lambda one: tables.name_order(one.name),
    ),
    tables.Column("username", _("User name"), "text", lambda one: one.username),
    tables.Column(
        "roles",
        _("Roles"),
        "text",
        lambda one: one.roles,
        lambda one: tables.name_order(" ".join(role.role for role in one.roles)),
    ),
    tables.Column("disabled", _("Account"), "text", lambda one: one.disabled),
    tables.Column("seen", _("Last signed in"), "moment", lambda one: one.last_signed_in),
)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/people", view_func=people_page)
    pages.add_url_rule("/surveys/<survey>/people/search", view_func=search_people, methods=["POST"])
    pages.add_url_rule("/surveys/<survey>/people/<int:person>", view_func=person_page)
    pages.app_template_global("role_word")(lambda role: word_of(ROLE_WORDS, role))


def people_page(survey: str) -> str:
    return _list(survey, "", tables.number_of(request.args.get("after", "")))


def search_people(survey: str) -> str:
    csrf.check()
    after = tables.number_of(request.form.get("after", ""))
    return _list(survey, posted.words("words", LONGEST_WORDS), after)


def person_page(survey: str, person: int) -> str:
    return written(survey, person)


def written(survey: str, person: int, **more: Any) -> str:
    """The page of one person. Raises NotFound."""
    session, who, now = db.session(), people.viewer(), callers.now()
    member = services.member(session, who, survey, posted.known_id(person), now)
    wanted = stored_devices.Wanted(survey, people.areas_in(survey), person=person)
    return render_template(
        "person.html",
        here=places.here(survey),
        member=member,
        devices=stored_devices.devices_in(session, wanted, now),
        states=DEVICE_STATES,
        roles={role: ROLE_WORDS[role] for role in ROLES},
        may=_may(survey, person),
        given=request.form,
        today=now,
        **more,
    )


def _may(survey: str, person: int) -> dict[str, bool]:
    """Which buttons to show; what they do is refused below where it may not be done."""
    held = {one.role for one in callers.all_scopes() if one.survey_code == survey}
    oneself = people.viewer().person_id == person
    return {
        "change": bool(held & policy.line_of("web.appoint").roles) and not oneself,
        "give_tablets": bool(held & policy.line_of("web.issue_page").roles),
        "replace": bool(held & policy.line_of("web.replace_page").roles) and not oneself,
    }


def _list(survey: str, words: str, after: int | None) -> str:
    """All of them, to be sorted by any column; or, where they are many, a page at a time."""
    session, who, now = db.session(), people.viewer(), callers.now()
    here = places.here(survey)
    role = request.args.get("role", "")
    state = request.args.get("state", "")
    page = services.Page(
        words=words,
        area=here.code,
        role=role if role in ROLES else "",
        disabled={"enabled": False, "disabled": True}.get(state),
        limit=MOST,
    )
    in_parts = bool(after) or services.more_members_than(session, who, survey, page, MOST, now)
    if in_parts:
        page = replace(page, after=after, limit=tables.ROWS_PER_PAGE)
    found = services.members(session, who, survey, page, now)
    table = tables.part_of(COLUMNS, found) if in_parts else _table(found)
    return render_template(
        "people.html",
        here=here,
        table=table,
        words=words,
        next=found[-1].id if in_parts and len(found) == page.limit else None,
        in_parts=in_parts,
        roles={one: ROLE_WORDS[one] for one in ROLES},
        states=STATES,
        may_open=_may_open(survey),
    )


def _table(found: list[Member]) -> tables.Table[Member]:
    choice = tables.choice_of(request.args)
    chosen = tables.Choice(choice.sort or "name", "", choice.page)
    return tables.table_of(COLUMNS, found, chosen, lambda one: one.username)


def _may_open(survey: str) -> bool:
    held = {one.role for one in callers.all_scopes() if one.survey_code == survey}
    return bool(held & policy.line_of("web.open_account_page").roles)
