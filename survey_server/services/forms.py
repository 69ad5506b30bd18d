"""Publishing a form: what was published once stays as it is, under a version named by content."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.forms import CompiledForm, as_json
from survey_server.store import forms, frame


@dataclass(frozen=True, slots=True)
class Published:
    """`new` is false where this very version was there already."""

    form_id: str
    version: str
    new: bool


def publish(session: Session, survey_code: str, form: CompiledForm, now: datetime) -> Published:
    """Raises NotFound for an unknown survey."""
    survey = frame.survey_by_code(session, survey_code)
    if survey is None:
        raise problems.NotFound()
    row = forms.save_form(session, survey.id, form.form_id, {"vi": form.title, "en": form.title})
    version = forms.add_version(
        session, row, form.version, form.xform, as_json(form.description), now
    )
    if version is not None:
        forms.add_media(session, version, form.media)
    return Published(form.form_id, form.version, version is not None)
