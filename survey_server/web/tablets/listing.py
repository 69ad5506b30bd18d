"""Which tablets are there, when was each last heard of, and what do they still hold?"""

from dataclasses import replace

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _

from survey_server import callers, policy
from survey_server.services import devices as services
from survey_server.store import devices as stored
from survey_server.store.base import db
from survey_server.store.devices import DeviceRow
from survey_server.web import csrf, people, places, posted, tables
from survey_server.web.tablets.messaging import LONGEST_MESSAGE, may_write
from survey_server.web.words import DEVICE_STATES, ENDINGS, word_of

MOST = 2000
LONGEST_WORDS = 100
COLUMNS: tuple[tables.Column[DeviceRow], ...] = (
    tables.Column(
        "person",
        _("Enumerator"),
        "name",
        lambda one: one.person_name,
        lambda one: tables.name_order(one.person_name),
    ),
    tables.Column("state", _("State"), "text", lambda one: one.state),
    tables.Column("seen", _("Last contact"), "moment", lambda one: one.seen_at),
    tables.Column("held", _("Not sent yet"), "number", lambda one: one.held),
    tables.Column("received", _("Received"), "number", lambda one: one.received),
    tables.Column("tablet", _("Tablet"), "text", lambda one: one.device_id),
    tables.Column("app", _("App"), "text", lambda one: one.app or ""),
)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/devices", view_func=devices_page)
    pages.add_url_rule(
        "/surveys/<survey>/devices/search", view_func=search_devices, methods=["POST"]
    )
    pages.add_url_rule("/surveys/<survey>/devices/<int:device>", view_func=device_page)


def devices_page(survey: str) -> str:
    return _list(survey, "", tables.number_of(request.args.get("after", "")))


def search_devices(survey: str) -> str:
    csrf.check()
    after = tables.number_of(request.form.get("after", ""))
    return _list(survey, posted.words("words", LONGEST_WORDS), after)


def _list(survey: str, words: str, after: int | None) -> str:
    """All of them, to be sorted by any column; or, where they are many, a page at a time."""
    session, here, now = db.session(), places.here(survey), callers.now()
    state = request.args.get("state", "")
    wanted = stored.Wanted(
        survey, here.areas, state=state if state in DEVICE_STATES else None, most=MOST, words=words
    )
    in_parts = bool(after) or stored.more_devices_than(session, wanted, MOST, now)
    if in_parts:
        wanted = replace(wanted, after=after or 0, most=tables.ROWS_PER_PAGE)
    found = services.listed(session, wanted, people.viewer().person_id, now)
    return render_template(
        "devices.html",
        here=here,
        table=tables.part_of(COLUMNS, found) if in_parts else _table(found),
        words=words,
        held=sum(one.held or 0 for one in found if one.state == "active"),
        states=DEVICE_STATES,
        next=found[-1].id if in_parts and len(found) == wanted.most else None,
        in_parts=in_parts,
        may_write=may_write(survey),
        longest=LONGEST_MESSAGE,
    )


def _table(found: list[DeviceRow]) -> tables.Table[DeviceRow]:
    choice = tables.choice_of(request.args)
    chosen = tables.Choice(choice.sort or "person", "", choice.page)
    return tables.table_of(COLUMNS, found, chosen, lambda one: one.device_id)


def device_page(survey: str, device: int) -> str:
    row = services.device_of(
        db.session(), survey, posted.known_id(device), people.areas_in(survey), callers.now()
    )
    held = {one.role for one in callers.all_scopes() if one.survey_code == survey}
    return render_template(
        "device.html",
        here=places.here(survey),
        device=row,
        states=DEVICE_STATES,
        ended_by=word_of(ENDINGS, row.ended_by),
        may_revoke=bool(held & policy.line_of("web.revoke_page").roles),
        may_rescue=bool(held & policy.line_of("web.rescue_page").roles),
        may_write=may_write(survey),
        longest=LONGEST_MESSAGE,
    )
