"""Putting up a form: as a draft that is tried out, or published for the survey.

What has been put up stays as it is: publishing a draft changes what it is for, not what is in it,
and a withdrawn draft is kept for the interviews that were told in it. `by` is who asked for it;
an operator at the server is nobody.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.forms import CompiledForm, FormInvalid, as_json
from survey_server.domain.forms.checks import checks_as_json
from survey_server.domain.forms.invalid import FormProblem
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import forms, frame
from survey_server.store.forms import Content, State

# Such a version was named by its content (domain.forms.compiling); any other by its author.
_BY_CONTENT = re.compile("[0-9a-f]{12}")

# Both stand in addresses, and in every interview.
_NAME = re.compile(r"\w[\w.:~-]{0,199}")
_BAD_NAME = {
    "vi": "phải bắt đầu bằng chữ cái hoặc chữ số, chỉ gồm chữ cái, chữ số và . : ~ _ -",
    "en": "must begin with a letter or digit and have letters, digits and . : ~ _ - only",
}
_NUL = {"vi": "chứa ký tự U+0000", "en": "contains the character U+0000"}


@dataclass(frozen=True, slots=True)
class PutUp:
    """`new` is false where this very version was there already, in this state or published."""

    form_id: str
    version: str
    new: bool
    state: State


def publish(
    session: Session, survey_code: str, form: CompiledForm, now: datetime, by: int | None = None
) -> PutUp:
    """Raises NotFound for an unknown survey, FormVersionTaken, or FormInvalid for a name that no
    address can hold."""
    _check_storable(form)
    row = forms.save_form(session, _survey(session, survey_code), form.form_id, _title(form), True)
    new = _put_up(session, row, form, "published", now)
    if new:
        forms.note_event(session, row, form.version, "published", now, by)
        _note("form_published", survey_code, form.form_id, by, form.version)
    return PutUp(form.form_id, form.version, new, "published")


def draft(
    session: Session, survey_code: str, form: CompiledForm, now: datetime, by: int | None = None
) -> PutUp:
    """A form has one draft: an earlier one is withdrawn. What is published stays published.

    Raises what publish raises.
    """
    _check_storable(form)
    row = forms.save_form(session, _survey(session, survey_code), form.form_id, _title(form), False)
    new = _put_up(session, row, form, "draft", now)
    state = forms.version_on_file(session, row, form.version).state
    if new:
        _withdrawn(session, row, forms.withdraw_drafts(session, row, form.version), now, by)
        forms.note_event(session, row, form.version, "drafted", now, by)
        _note("form_drafted", survey_code, form.form_id, by, form.version)
    return PutUp(form.form_id, form.version, new, state)


def _put_up(session: Session, row: int, form: CompiledForm, state: State, now: datetime) -> bool:
    content = Content(
        form.version,
        form.xform,
        as_json(form.description),
        checks_as_json(form.description.checks),
        form.media,
    )
    if forms.add_version(session, row, content, state, now) is not None:
        return True
    on_file = forms.version_on_file(session, row, form.version)
    # Of one content, another compiler may make other bytes; they mean the same.
    same = on_file.content == content.compared
    if not same and not _BY_CONTENT.fullmatch(form.version):
        raise problems.FormVersionTaken(form_id=form.form_id, version=form.version)
    return forms.move_version(session, on_file.id, state, now)


def discard_draft(
    session: Session, survey_code: str, form_id: str, version: str, now: datetime, by: int | None
) -> None:
    """Raises NotFound where there is no such draft."""
    row = _form(session, survey_code, form_id)
    if not forms.withdraw_draft(session, row, version):
        raise problems.NotFound()
    _withdrawn(session, row, [version], now, by)
    _note("form_withdrawn", survey_code, form_id, by, version)


def discard_drafts(
    session: Session, survey_code: str, form_id: str, now: datetime, by: int | None = None
) -> list[str]:
    """The versions that were drafts of the form. Raises NotFound for an unknown form."""
    row = _form(session, survey_code, form_id)
    versions = forms.withdraw_drafts(session, row)
    _withdrawn(session, row, versions, now, by)
    for version in versions:
        _note("form_withdrawn", survey_code, form_id, by, version)
    return versions


def _withdrawn(
    session: Session, row: int, versions: list[str], now: datetime, by: int | None
) -> None:
    for version in versions:
        forms.note_event(session, row, version, "withdrawn", now, by)


def close(
    session: Session, survey_code: str, form_id: str, now: datetime, by: int | None = None
) -> bool:
    """No new work is given out in the form; what comes in is received as ever.

    False where it was closed already. Raises NotFound.
    """
    row = _form(session, survey_code, form_id)
    if not forms.move_form(session, row, "closed"):
        return False
    forms.note_event(session, row, None, "closed", now, by)
    _note("form_closed", survey_code, form_id, by)
    return True


def reopen(
    session: Session, survey_code: str, form_id: str, now: datetime, by: int | None = None
) -> bool:
    """False where it was open already. Raises NotFound."""
    row = _form(session, survey_code, form_id)
    if not forms.move_form(session, row, "open"):
        return False
    forms.note_event(session, row, None, "reopened", now, by)
    _note("form_reopened", survey_code, form_id, by)
    return True


def _note(
    action: str, survey_code: str, form_id: str, by: int | None, version: str | None = None
) -> None:
    told = {} if version is None else {"version": version}
    audit.note(Entry(action, survey_code, by, object=f"form:{form_id}", data=told))


def _check_storable(form: CompiledForm) -> None:
    for column, name in (("form_id", form.form_id), ("version", form.version)):
        if not _NAME.fullmatch(name):
            raise _refused(FormProblem("name_invalid", _BAD_NAME, "settings", column=column))
    for check in form.description.checks:
        if any("\x00" in words for words in (check.condition, *check.messages.values())):
            raise _refused(FormProblem("nul_not_allowed", _NUL, "checks", question=check.id))


def _refused(problem: FormProblem) -> FormInvalid:
    return FormInvalid(str(problem), problems=[problem])


def _survey(session: Session, code: str) -> int:
    survey = frame.survey_by_code(session, code)
    if survey is None:
        raise problems.NotFound()
    return survey.id


def _form(session: Session, survey_code: str, form_id: str) -> int:
    row = forms.form_by_id(session, _survey(session, survey_code), form_id)
    if row is None:
        raise problems.NotFound()
    return row


def _title(form: CompiledForm) -> dict[str, str]:
    """An XForm has one title, whatever the languages of its questions."""
    return {"vi": form.title, "en": form.title}
