"""One enumerator leaves, another takes over: choose who, see what changes hands, confirm."""

from flask import Blueprint, render_template

from survey_server import callers
from survey_server.domain.devices import invitation
from survey_server.problems import ReplacedByThemselves
from survey_server.services import devices as services
from survey_server.store import devices as stored
from survey_server.store.base import db
from survey_server.store.devices import Carrier
from survey_server.store.devices.handing_over import work_to_hand_over
from survey_server.web import csrf, people, places, posted
from survey_server.web.links import public_address, this_server

MOST_LISTED = 500


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/people/<int:person>/replace"
    pages.add_url_rule(one, view_func=replace_page)
    pages.add_url_rule(f"{one}/confirm", view_func=confirm_replacing, methods=["POST"])
    pages.add_url_rule(one, view_func=replace_enumerator, methods=["POST"])


def replace_page(survey: str, person: int) -> str:
    leaving, areas = _carrier(survey, person), people.areas_in(survey)
    team = stored.carriers_in(db.session(), survey, areas, callers.now(), most=MOST_LISTED)
    return render_template(
        "replace.html",
        here=places.here(survey),
        leaving=leaving,
        team=[one for one in team if one.person_id != leaving.person_id],
        near=[one.person_id for one in team if one.area == leaving.area],
    )


def confirm_replacing(survey: str, person: int) -> str:
    """Changes nothing yet."""
    csrf.check()
    session, areas = db.session(), people.areas_in(survey)
    leaving, coming = _carrier(survey, person), _coming(survey)
    work = work_to_hand_over(session, leaving.survey_id, leaving.person_id, areas)
    wanted = stored.Wanted(survey, areas, person=leaving.person_id, state="active")
    return render_template(
        "replace_confirm.html",
        here=places.here(survey),
        leaving=leaving,
        coming=coming,
        work=work,
        devices=stored.devices_in(session, wanted, callers.now()),
    )


def replace_enumerator(survey: str, person: int) -> str:
    csrf.check()
    session, areas = db.session(), people.areas_in(survey)
    leaving, coming = _carrier(survey, person), _coming(survey)
    if leaving.person_id == coming.person_id:
        raise ReplacedByThemselves()
    wanted = services.Replacing(
        survey,
        leaving.person_id,
        coming.person_id,
        people.viewer().person_id,
        posted.words("keep_devices") == "1",
    )
    done = services.replace(session, wanted, areas, callers.now)
    session.commit()
    return render_template(
        "replaced.html",
        here=places.here(survey),
        leaving=leaving,
        done=done,
        carrier=done.successor,
        issued=done.code,
        server=public_address(),
        svg=services.svg_of(invitation(this_server(), done.code.code)),
    )


def _coming(survey: str) -> Carrier:
    return _carrier(survey, posted.whole_number("by", 1, posted.LARGEST_ID))


def _carrier(survey: str, person: int) -> Carrier:
    return services.carrier_of(
        db.session(), survey, posted.known_id(person), people.areas_in(survey), callers.now()
    )
