"""A code and its picture for one tablet, or a sheet of cards for a team: shown once."""

from flask import Blueprint, render_template, request

from survey_server import callers
from survey_server.domain.devices import collect_settings, invitation
from survey_server.services import devices as services
from survey_server.services.devices import Wishes
from survey_server.services.devices.sheets import MOST_CARDS
from survey_server.store import devices as stored
from survey_server.store.base import db
from survey_server.store.devices import Carrier
from survey_server.web import csrf, people, places, posted
from survey_server.web.links import OPENROSA, public_address, this_server

DAYS = (1, 7, 30)
MOST_LISTED = 500


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/people/<int:person>/tablet"
    pages.add_url_rule(one, view_func=issue_page)
    pages.add_url_rule(one, view_func=issue_code, methods=["POST"])
    pages.add_url_rule("/surveys/<survey>/devices/sheet", view_func=sheet_page)
    pages.add_url_rule("/surveys/<survey>/devices/sheet", view_func=print_sheet, methods=["POST"])


def issue_page(survey: str, person: int) -> str:
    carrier = _carrier(survey, person)
    return render_template(
        "tablet_issue.html", here=places.here(survey), carrier=carrier, days=DAYS
    )


def issue_code(survey: str, person: int) -> str:
    """Shown in the answer itself, and never again."""
    csrf.check()
    session, now = db.session(), callers.now()
    carrier, by = _carrier(survey, person), people.viewer().person_id
    told: dict[str, object]
    if posted.words("client") == "odk_collect":
        made = services.issue_for_collect(session, carrier, by, public_address() + OPENROSA, now)
        session.commit()
        payload = collect_settings(made.project)
        told = {"project": made.project}
    else:
        wishes = Wishes(posted.whole_number("days", 1, services.LONGEST_DAYS))
        issued = services.issue_code(session, carrier, by, wishes, now)
        session.commit()
        payload = invitation(this_server(), issued.code)
        told = {"issued": issued}
    return render_template(
        "tablet_issued.html",
        here=places.here(survey),
        carrier=carrier,
        server=public_address(),
        svg=services.svg_of(payload),
        **told,
    )


def sheet_page(survey: str) -> str:
    here = places.here(survey)
    team = stored.carriers_in(db.session(), survey, here.areas, callers.now(), most=MOST_LISTED)
    return render_template(
        "sheet_choose.html", here=here, team=team, days=DAYS, most=MOST_CARDS, listed=MOST_LISTED
    )


def print_sheet(survey: str) -> str | tuple[str, int]:
    csrf.check()
    session, here = db.session(), places.here(survey)
    chosen = posted.chosen_ids("people", MOST_LISTED)
    if not 0 < len(chosen) <= MOST_CARDS:
        team = stored.carriers_in(session, survey, here.areas, callers.now(), most=MOST_LISTED)
        page = render_template(
            "sheet_choose.html",
            here=here,
            team=team,
            days=DAYS,
            most=MOST_CARDS,
            listed=MOST_LISTED,
            refused=True,
            chosen=request.form.getlist("people"),
        )
        return page, 422
    cards = services.cards_of(
        session,
        survey,
        here.areas,
        people.viewer().person_id,
        this_server(),
        Wishes(posted.whole_number("days", 1, services.LONGEST_DAYS)),
        callers.now(),
        chosen,
    )
    session.commit()
    return render_template("sheet.html", here=here, cards=cards, server=public_address())


def _carrier(survey: str, person: int) -> Carrier:
    return services.carrier_of(
        db.session(), survey, posted.known_id(person), people.areas_in(survey), callers.now()
    )
