"""A form comes in with its files: it is compiled, and kept as a draft or published.

Compiled before anything is stored, so that whatever is wrong with it is said at once, place by
place, in the caller's language.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, String
from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from survey_server import problems
from survey_server.api import access
from survey_server.api.admission import FORM_BYTES
from survey_server.api.forms.blueprint import blueprint, url_of
from survey_server.api.intake import SILENCE_SECONDS, wait_no_longer_than
from survey_server.callers import prefers_english
from survey_server.domain.forms import CompiledForm, FormInvalid, compile_file
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.spelled import count_of_questions
from survey_server.services import forms as services
from survey_server.store.base import db

LONGEST_NAME = 200
# A form with more mistakes than this is read again after these are mended.
MOST_ERRORS = 200
PARTS = {"form", "media", "checks"}


class HowIn(Schema):
    draft = Boolean(load_default=False)
    check = Boolean(load_default=False)


class PutUpOut(Schema):
    form_id = String()
    version = String()
    state = String(allow_none=True, metadata={"description": "draft or published"})
    new = Boolean()
    questions = Integer()
    warnings = List(Dict())
    url = String()


@blueprint.post("/surveys/<survey>/forms")
@blueprint.input(HowIn, location="query")
@blueprint.output(PutUpOut, status_code=201)
@blueprint.doc(
    summary="Publish a form, put up a draft of it, or only check it",
    description="`draft=true` puts it up to be tried out, `check=true` stores nothing. Answered"
    " with 200 where nothing is new.",
    responses={200: "It was there already, or was only checked"},
)
def put_up(survey: str, query_data: dict[str, bool]) -> tuple[dict[str, Any], int]:
    session = db.session()
    viewer = access.publisher(session, survey)
    # Compiling takes seconds, and no transaction should be open for so long.
    session.rollback()
    form = _compiled()
    told = _told(form)
    if query_data["check"]:
        return {**told, "state": None, "new": False}, 200
    act = services.draft if query_data["draft"] else services.publish
    try:
        done = act(session, survey, form, access.now(), viewer.person_id)
    except FormInvalid as invalid:
        raise _refusal(invalid) from None
    session.commit()
    return {**told, "state": done.state, "new": done.new}, 201 if done.new else 200


def _told(form: CompiledForm) -> dict[str, Any]:
    return {
        "form_id": form.form_id,
        "version": form.version,
        "questions": count_of_questions(form.description),
        "warnings": errors_of(form.problems[:MOST_ERRORS]),
        "url": url_of(form.form_id, form.version),
    }


def _compiled() -> CompiledForm:
    wait_no_longer_than(SILENCE_SECONDS)
    try:
        files = request.files
    except RequestEntityTooLarge:
        raise problems.FormTooLarge(limit=FORM_BYTES) from None
    sent = {name: files.getlist(name) for name in files}
    _check_parts(sent)
    (form,) = sent["form"]
    media = {_name(one): _content(one) for one in sent.get("media", ())}
    checks = [_content(one) for one in sent.get("checks", ())]
    try:
        return compile_file(_name(form), _content(form), media, checks[0] if checks else None)
    except FormInvalid as invalid:
        raise _refusal(invalid) from None


def _check_parts(sent: dict[str, list[FileStorage]]) -> None:
    """One form, at most one sheet of checks, and files of different names."""
    names = [_name(one) for one in sent.get("media", ())]
    wrong = {
        "/form": len(sent.get("form", ())) != 1,
        "/checks": len(sent.get("checks", ())) > 1,
        "/media": len(set(names)) != len(names),
        "/": bool(sent.keys() - PARTS),
    }
    every = [one for group in sent.values() for one in group]
    wrong["/form"] = wrong["/form"] or not all(_is_name(_name(one)) for one in every)
    if faults := [{"pointer": place, "code": "invalid"} for place, is_so in wrong.items() if is_so]:
        raise problems.ValidationFailed(errors=faults)


def _name(file: FileStorage) -> str:
    return unicodedata.normalize("NFC", file.filename or "")


def _content(file: FileStorage) -> bytes:
    """Large parts wait in a file on the disk."""
    try:
        content: bytes = file.read()
    finally:
        file.close()
    return content


def _is_name(name: str) -> bool:
    """The form asks for its files by these names, and so do tablets: no folders."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isprintable()
        and not {"/", "\\"} & set(name)
        and name not in (".", "..")
    )


def _refusal(invalid: FormInvalid) -> problems.FormInvalid:
    found = [one for one in invalid.problems if one.severity == "error"] or invalid.problems
    return problems.FormInvalid(errors=errors_of(found[:MOST_ERRORS]), found=len(found))


def errors_of(found: Sequence[FormProblem]) -> list[dict[str, Any]]:
    return [
        {
            "pointer": _pointer(one),
            "code": one.code,
            "message": _sentence(one),
            "place": one.place,
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "question": one.question,
        }
        for one in found
    ]


def _pointer(one: FormProblem) -> str:
    parts = [one.sheet, str(one.row) if one.row else None, one.column]
    return "/" + "/".join(part for part in parts if part)


def _sentence(one: FormProblem) -> str:
    language = "en" if prefers_english() else "vi"
    return one.messages.get(language) or one.messages.get("en") or one.code
