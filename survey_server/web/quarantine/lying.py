"""What lies in quarantine, and what to do about it."""

import uuid
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from survey_server import callers, policy, problems
from survey_server.domain.audit import plain
from survey_server.domain.quarantine import CODES
from survey_server.services import audit, matching, quarantine as services
from survey_server.services.audit import Data, Entry
from survey_server.services.quarantine import MOST_REPLAYED, About, Hand, Mending
from survey_server.store import quarantine as stored
from survey_server.store.base import db
from survey_server.store.quarantine import Wanted
from survey_server.web import csrf, people, places, posted, tables
from survey_server.web.quarantine.words import ACT_WORDS, CODE_HELP, CODE_WORDS

LONGEST_REASON = 300
MOST_COUNTED = 10_000
STATES = ("waiting", "set_aside")
TOLD_BESIDE = (
    problems.DecidedMeanwhile,
    problems.ReasonNeeded,
    problems.StillUnreadable,
    problems.VersionStillUnknown,
)


def add_to(pages: Blueprint) -> None:
    every = "/surveys/<survey>/quarantine"
    one = f"{every}/<uuid:instance>"
    pages.add_url_rule(every, view_func=quarantine_page)
    pages.add_url_rule(f"{every}/replay", view_func=replay_quarantine, methods=["POST"])
    pages.add_url_rule(one, view_func=quarantined_page)
    pages.add_url_rule(f"{one}/replay", view_func=replay_one, methods=["POST"])
    pages.add_url_rule(f"{one}/fix", view_func=fix_one, methods=["POST"])
    pages.add_url_rule(f"{one}/set-aside", view_func=set_one_aside, methods=["POST"])
    pages.add_url_rule(f"{one}/take-back", view_func=take_one_back, methods=["POST"])


def hand(survey: str) -> Hand:
    return services.hand_of(db.session(), people.viewer(), survey)


def may_act(survey: str) -> bool:
    roles = policy.line_of("web.fix_one").roles
    return any(one.survey_code == survey and one.role in roles for one in people.viewer().scopes)


def quarantine_page(survey: str) -> str:
    session, here, by = db.session(), places.here(survey), hand(survey)
    state, code = request.args.get("state", ""), request.args.get("code", "")
    wanted = Wanted(
        by.survey,
        here.areas,
        state if state in STATES else STATES[0],
        code if code in CODES else "",
        before=places.moment_and_id(request.args.get("before", "")),
        most=tables.ROWS_PER_PAGE,
    )
    found = stored.lying(session, wanted)
    every = Wanted(by.survey, here.areas, wanted.state, most=MOST_COUNTED)
    told: Data = {"state": wanted.state, "code": wanted.code, "rows": len(found)}
    place = f"area:{plain(here.code or '')}"
    audit.note(Entry("quarantine_listed", survey, by.person, object=place, data=told))
    last = found[-1] if len(found) == wanted.most else None
    return render_template(
        "quarantine.html",
        here=here,
        rows=found,
        counts=stored.counts(session, every),
        state=wanted.state,
        code=wanted.code,
        next=f"{last.since.isoformat()}_{last.instance_id}" if last else None,
        why=CODE_WORDS,
        may_act=may_act(survey),
    )


def replay_quarantine(survey: str) -> Response:
    csrf.check()
    session, here, by = db.session(), places.here(survey), hand(survey)
    code = posted.words("code", 40)
    if code not in CODES:
        raise problems.ValidationFailed(errors=[{"pointer": "/code", "code": "unknown"}])
    wanted = Wanted(by.survey, here.areas, code=code, most=MOST_REPLAYED)
    services.replay_all(session, by, wanted, callers.now())
    _commit_and_ring()
    address = url_for("web.quarantine_page", survey=survey, area=here.code, done="all_asked_again")
    return redirect(address, 303)


def quarantined_page(survey: str, instance: uuid.UUID) -> str:
    return _page(survey, instance, ())


def about(instance: uuid.UUID) -> About:
    """With what the page showed that decides."""
    return About(instance, posted.words("seen") or None)


def _page(survey: str, instance: uuid.UUID, failures: tuple[str, ...]) -> str:
    """After a refusal, with what was typed."""
    here, by = places.here(survey), hand(survey)
    found = services.look(db.session(), by, instance, callers.now())
    told: Data = {"code": found.row.code, "content": int(found.content is not None)}
    about = f"submission:{instance}"
    audit.note(Entry("quarantine_viewed", survey, by.person, object=about, data=told))
    return render_template(
        "quarantined.html",
        here=here,
        found=found,
        one=found.row,
        failures=failures,
        typed=request.form if failures else {},
        why=CODE_WORDS,
        help=CODE_HELP,
        acts=ACT_WORDS,
        told=matching.told_by(db.session(), by, instance),
        may_act=may_act(survey),
    )


def replay_one(survey: str, instance: uuid.UUID) -> Response | tuple[str, int]:
    csrf.check()
    version = tables.number_of(posted.words("version", 12))
    try:
        services.replay(db.session(), hand(survey), about(instance), version, callers.now())
    except TOLD_BESIDE as refused:
        return _refused(survey, instance, refused)
    _commit_and_ring()
    return _done(survey, instance, "asked_again")


def fix_one(survey: str, instance: uuid.UUID) -> Response | tuple[str, int]:
    csrf.check()
    content = request.form.get("content", "").strip()
    mending = Mending(
        posted.words("reason", LONGEST_REASON),
        tables.number_of(posted.words("version", 12)),
        posted.words("unit") or None,
        content or None,
    )
    try:
        if not mending.reason:
            raise problems.ReasonNeeded()
        services.fix(db.session(), hand(survey), about(instance), mending, callers.now())
    except (problems.NotFound, problems.Forbidden):
        raise
    except problems.Problem as refused:
        if refused.status not in (400, 409, 413, 422):
            raise
        return _refused(survey, instance, refused)
    _commit_and_ring()
    return _done(survey, instance, "mended")


def set_one_aside(survey: str, instance: uuid.UUID) -> Response | tuple[str, int]:
    csrf.check()
    refused = _with_reason(survey, instance, services.set_aside)
    if refused is not None:
        return refused
    return redirect(url_for("web.quarantine_page", survey=survey, done="set_aside"), 303)


def take_one_back(survey: str, instance: uuid.UUID) -> Response | tuple[str, int]:
    csrf.check()
    return _with_reason(survey, instance, services.take_back) or _done(
        survey, instance, "taken_back"
    )


def _with_reason(
    survey: str, instance: uuid.UUID, act: Callable[[Session, Hand, About, str, datetime], None]
) -> tuple[str, int] | None:
    """Does it and commits; or the page again, where it is refused."""
    reason = posted.words("reason", LONGEST_REASON)
    try:
        if not reason:
            raise problems.ReasonNeeded()
        act(db.session(), hand(survey), about(instance), reason, callers.now())
    except TOLD_BESIDE as refused:
        return _refused(survey, instance, refused)
    db.session.commit()
    return None


def _refused(survey: str, instance: uuid.UUID, refused: problems.Problem) -> tuple[str, int]:
    """The page again, with a sentence, and the place where it is wrong."""
    db.session.rollback()
    where = [one["pointer"].removeprefix("/content/") for one in refused.errors]
    sentence = posted.title_of(type(refused))
    shown = f"{sentence} ({', '.join(where)})" if where else sentence
    return _page(survey, instance, (shown,)), refused.status


def _commit_and_ring() -> None:
    db.session.commit()
    current_app.extensions["queue"].ring()


def _done(survey: str, instance: uuid.UUID, done: str) -> Response:
    return redirect(
        url_for("web.quarantined_page", survey=survey, instance=instance, done=done), 303
    )
