"""Datasets: ask for one, see how far it is, fetch it."""

import uuid
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, String
from apiflask.validators import Length
from flask import Response, current_app, send_file

from survey_server import problems
from survey_server.api import access
from survey_server.domain.people import Viewer
from survey_server.downloads import as_file
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.releases import archive_of
from survey_server.store import frame, releases
from survey_server.store.base import db
from survey_server.store.releases import Asked, Wish

blueprint = APIBlueprint("releases", __name__, url_prefix="/api/v1", tag="Releases")

MAKERS = ("data_manager", "administrator")


class ReleaseIn(Schema):
    survey = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, validate=Length(1, 100))
    identified = Boolean(
        load_default=False,
        metadata={
            "description": "With names, addresses, telephones, places and numbers of households;"
            " never for a program's token"
        },
    )


class ReleaseOut(Schema):
    id = UUID()
    state = String()
    asked_at = AwareDateTime()
    finished_at = AwareDateTime(allow_none=True)
    identified = Boolean()
    row_counts = Dict(keys=String(), values=Integer(), allow_none=True)


@blueprint.post("/releases")
@blueprint.input(ReleaseIn)
@blueprint.output(ReleaseOut, status_code=202)
@blueprint.doc(summary="Ask for a dataset of a survey, or of one area of it")
def ask(json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    survey, area = _place(viewer, json_data["survey"], json_data["area"])
    identified: bool = json_data["identified"]
    if identified and viewer.program_scopes is not None:
        raise problems.Forbidden()
    release = uuid.uuid4()
    wish = Wish(survey, area, identified)
    releases.ask(session, release, wish, viewer.person_id, access.now())
    told = {"area": json_data["area"] or "", "identified": int(identified)}
    _note("release_asked", json_data["survey"], viewer, release, told)
    session.commit()
    current_app.extensions["queue"].ask_for_release(str(release))
    return asdict(_own(viewer, release))


def _note(action: str, survey: str, viewer: Viewer, release: uuid.UUID, told: Data) -> None:
    audit.note(Entry(action, survey, viewer.person_id, None, f"release:{release}", told))


def _place(viewer: Viewer, survey: str, area: str | None) -> tuple[int, int]:
    """Survey and area, where the viewer may make datasets. Raises NotFound or Forbidden."""
    seen = viewer.areas_in(survey)
    if not seen:
        raise problems.NotFound()
    allowed = viewer.areas_in(survey, MAKERS)
    if not allowed:
        raise problems.Forbidden()
    found = frame.area_within(db.session(), survey, area, allowed)
    if found is None:
        raise problems.NotFound()
    return found


def _own(viewer: Viewer, release: uuid.UUID) -> Asked:
    found = releases.find_own(db.session(), viewer, release, MAKERS)
    if found is None:
        raise problems.NotFound()
    return found


@blueprint.get("/releases/<uuid:release>")
@blueprint.output(ReleaseOut)
@blueprint.doc(summary="How far a dataset is")
def one_release(release: uuid.UUID) -> dict[str, Any]:
    return asdict(_own(access.viewer(db.session()), release))


@blueprint.get("/releases/<uuid:release>/file")
@blueprint.doc(summary="The dataset as a zip of CSV tables with a codebook")
def file(release: uuid.UUID) -> Response:
    found = _own(access.viewer(db.session()), release)
    archive = archive_of(current_app.extensions["settings"].data_folder, found.id)
    if found.state != "ready" or not archive.exists():
        raise problems.NotFound()
    told = {"bytes": archive.stat().st_size}
    _note("release_downloaded", found.survey_code, access.viewer(db.session()), release, told)
    response = send_file(archive, as_attachment=True, download_name="dataset.zip")
    return as_file(response, f"{found.survey_code}.zip")
