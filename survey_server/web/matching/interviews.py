"""One interview: what it says, and going back to whoever is to do it again."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from survey_server import callers, policy, problems
from survey_server.services import audit, matching as services, reviews
from survey_server.services.audit import Data, Entry
from survey_server.store.base import db
from survey_server.web import csrf, people, places, posted
from survey_server.web.coverage_columns import RESULTS
from survey_server.web.labels import in_words
from survey_server.web.quarantine.lying import hand

LONGEST_COMMENT = 500


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/interviews/<uuid:interview>/<ea>"
    pages.add_url_rule(one, view_func=interview_page)
    pages.add_url_rule(f"{one}/return", view_func=return_interview, methods=["POST"])


def interview_page(survey: str, interview: uuid.UUID, ea: str) -> str:
    return _page(survey, interview, ea, ())


def _page(survey: str, interview: uuid.UUID, ea: str, failures: tuple[str, ...]) -> str:
    here, by = places.here(survey), hand(survey)
    found = services.look(db.session(), by, places.named(interview, ea))
    told: Data = {"rows": len(found.rows)}
    about = f"interview:{interview}"
    audit.note(Entry("interview_viewed", survey, by.person, object=about, data=told))
    return render_template(
        "interview.html",
        here=here,
        found=found,
        one=found.told,
        failures=failures,
        results=RESULTS,
        word=in_words,
        may_return=_may_return(survey),
        longest=LONGEST_COMMENT,
    )


def _may_return(survey: str) -> bool:
    roles = policy.line_of("web.return_interview").roles
    return any(one.survey_code == survey and one.role in roles for one in people.viewer().scopes)


def return_interview(survey: str, interview: uuid.UUID, ea: str) -> Response | tuple[str, int]:
    csrf.check()
    session, areas = db.session(), people.areas_in(survey)
    about = reviews.interview_to_review(session, interview, places.named(interview, ea).ea, areas)
    comment = posted.lines("comment", LONGEST_COMMENT)
    if not comment:
        refused = problems.ReasonNeeded
        return _page(survey, interview, ea, (posted.title_of(refused),)), refused.status
    person = people.viewer().person_id
    reviews.return_interview(session, about, person, comment, [], callers.now())
    session.commit()
    address = url_for(
        "web.interview_page", survey=survey, interview=interview, ea=ea, done="returned"
    )
    return redirect(address, 303)
