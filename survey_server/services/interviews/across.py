"""Judging the rules that look across the households of an EA; the caller holds the EAs' locks."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from survey_server.domain.rules.across import ACROSS_RULES
from survey_server.services.interviews.forms_at_hand import form_at_hand
from survey_server.store.interviews import across


def judge_across(session: Session, survey: int, eas: Sequence[int]) -> None:
    found = across.found_across(session, survey, eas)
    if found or across.has_across(session, eas):
        placed = [(one, _path(session, one)) for one in found]
        across.replace_across(session, eas, placed)


def _path(session: Session, one: across.FoundAcross) -> str:
    description = form_at_hand(session, one.form_version_id).description
    part = description.by_role(ACROSS_RULES[one.rule].role)
    return "/".join(part.path) if part is not None else ""
