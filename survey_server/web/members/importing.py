"""Many accounts from a file: checked whole, with row and column of each mistake, then made."""

import hashlib

from flask import Blueprint, render_template, request, url_for

from survey_server import callers, problems
from survey_server.problems import ImportInvalid
from survey_server.services.people import importing
from survey_server.store.base import db
from survey_server.web import csrf, people, places
from survey_server.web.languages import language
from survey_server.web.links import public_address


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/people/import", view_func=import_people_page)
    pages.add_url_rule("/surveys/<survey>/people/import", view_func=import_people, methods=["POST"])


def import_people_page(survey: str) -> str:
    return render_template("people_import.html", here=places.here(survey), mistakes=[])


def import_people(survey: str) -> str | tuple[str, int]:
    csrf.check()
    session, who, now = db.session(), people.viewer(), callers.now()
    sent = request.files.get("file")
    here = places.here(survey)
    try:
        data = sent.read() if sent else b""
        table = importing.read(data)
        sha256 = hashlib.sha256(data).hexdigest()
        opened = importing.open_accounts(session, who, survey, table, sha256, now)
    except ImportInvalid as refused:
        session.rollback()
        page = render_template("people_import.html", here=here, mistakes=_told(refused))
        return page, problems.ImportInvalid.status
    session.commit()
    return render_template(
        "people_imported.html",
        here=here,
        opened=opened,
        links={
            one.id: public_address() + url_for("web.reset_page", token=one.reset.token)
            for one in opened.made
        },
    )


def _told(refused: ImportInvalid) -> list[dict[str, object]]:
    said = "message_en" if language() == "en" else "message_vi"
    return [
        {"row": one["row"], "column": one["column"], "sentence": one[said]}
        for one in refused.errors
    ]
