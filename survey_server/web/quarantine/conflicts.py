"""Two contents under one id, side by side."""

import uuid

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_server import callers, problems
from survey_server.domain.audit import plain
from survey_server.services import audit, matching, quarantine as services
from survey_server.services.audit import Data, Entry
from survey_server.store import quarantine as stored
from survey_server.store.base import db
from survey_server.store.quarantine import WantedConflicts
from survey_server.web import csrf, places, posted, tables
from survey_server.web.labels import in_words
from survey_server.web.quarantine.lying import LONGEST_REASON, TOLD_BESIDE, about, hand, may_act
from survey_server.web.quarantine.words import ACT_WORDS, KIND_WORDS

STATES = ("open", "decided")


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/conflicts/<uuid:instance>"
    pages.add_url_rule("/surveys/<survey>/conflicts", view_func=conflicts_page)
    pages.add_url_rule(one, view_func=conflict_page)
    pages.add_url_rule(f"{one}/choose", view_func=take_version, methods=["POST"])


def conflicts_page(survey: str) -> str:
    here, by = places.here(survey), hand(survey)
    state = request.args.get("state", "")
    before = places.moment_and_id(request.args.get("before", ""))
    wanted = WantedConflicts(
        by.survey,
        here.areas,
        state if state in STATES else STATES[0],
        before,
        tables.ROWS_PER_PAGE,
    )
    found = stored.conflicts(db.session(), wanted)
    told: Data = {"state": wanted.state, "rows": len(found)}
    place = f"area:{plain(here.code or '')}"
    audit.note(Entry("conflicts_listed", survey, by.person, object=place, data=told))
    last = found[-1] if len(found) == wanted.most else None
    return render_template(
        "conflicts.html",
        here=here,
        rows=found,
        state=wanted.state,
        kinds=KIND_WORDS,
        next=f"{last.since.isoformat()}_{last.instance_id}" if last else None,
    )


def conflict_page(survey: str, instance: uuid.UUID) -> str:
    return _page(survey, instance, ())


def _page(survey: str, instance: uuid.UUID, failures: tuple[str, ...]) -> str:
    here, by = places.here(survey), hand(survey)
    found = services.compare(db.session(), by, instance)
    about = f"submission:{instance}"
    told: Data = {"versions": len(found.versions)}
    audit.note(Entry("conflict_viewed", survey, by.person, object=about, data=told))
    return render_template(
        "conflict.html",
        here=here,
        found=found,
        failures=failures,
        typed=request.form if failures else {},
        kinds=KIND_WORDS,
        acts=ACT_WORDS,
        word=in_words,
        told=matching.told_by(db.session(), by, instance),
        may_act=may_act(survey),
    )


def take_version(survey: str, instance: uuid.UUID) -> Response | tuple[str, int]:
    csrf.check()
    reason, version = posted.words("reason", LONGEST_REASON), posted.words("version", 64)
    try:
        if not reason:
            raise problems.ReasonNeeded()
        services.take(db.session(), hand(survey), about(instance), version, reason, callers.now())
    except (*TOLD_BESIDE, problems.ValidationFailed) as refused:
        db.session.rollback()
        return _page(survey, instance, (posted.title_of(type(refused)),)), refused.status
    db.session.commit()
    current_app.extensions["queue"].ring()
    address = url_for("web.conflict_page", survey=survey, instance=instance, done="version_taken")
    return redirect(address, 303)
