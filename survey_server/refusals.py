"""Who was refused what, on the trail: people who have signed in and went where they may not.

Not here: strangers, whose failures to sign in are noted where they happen, and tablets, whose
requests must never wait for the trail. A page that tells a refusal beside its form notes it itself.
"""

from flask import g, request

from survey_server.domain.audit import plain
from survey_server.domain.people import Viewer
from survey_server.problems import Problem
from survey_server.services import audit
from survey_server.services.audit import Entry

REFUSALS = (403, 404)


def note_refusal(problem: Problem) -> None:
    """What does not exist and what is not theirs are written alike, and take as long."""
    caller = g.get("caller")
    viewer: Viewer | None = caller.viewer if caller else None
    if problem.status not in REFUSALS or viewer is None or request.endpoint is None:
        return
    asked = {**request.args.to_dict(), **(request.view_args or {})}
    survey = str(asked.get("survey", ""))
    scopes = g.get("all_scopes", viewer.scopes)
    known = survey in {scope.survey_code for scope in scopes}
    audit.note_if_possible(
        Entry(
            "refused",
            survey if known else None,
            viewer.person_id,
            object=f"route:{request.endpoint}",
            data={
                "code": problem.code(),
                "method": plain(request.method),
                "survey": plain(survey),
                "area": plain(str(asked.get("area") or "")),
                **{f"asked_{name}": plain(str(value)) for name, value in _ids().items()},
            },
        )
    )


def _ids() -> dict[str, object]:
    """Of the address only; what else was sent may be anything."""
    return {name: value for name, value in (request.view_args or {}).items() if name != "survey"}
