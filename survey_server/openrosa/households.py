"""The households of an enumerator, as a list of entities that forms let one choose from.

    GET entities/units.csv
    GET entities/units/integrity?id=<uuid>,<uuid>…

It is one list for all forms of a tablet: Collect keeps entities by the name of their list.
"""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from survey_server import callers, problems
from survey_server.domain import entities
from survey_server.downloads import as_file
from survey_server.openrosa import documents
from survey_server.openrosa.addresses import base
from survey_server.openrosa.answering import Kept, kept
from survey_server.openrosa.blueprint import blueprint
from survey_server.openrosa.documents import File
from survey_server.services.openrosa.households import households_to_choose
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.devices import OnCall

PLACE = "/entities/units"
MOST_IDS = 1000


@blueprint.get(f"{PLACE}.csv")
def household_list() -> Response:
    return as_file(kept(_list(db.session(), callers.tablet()), documents.CSV), entities.HOUSEHOLDS)


def file_of(device: OnCall) -> File:
    content = _list(db.session(), device)
    place = base() + PLACE
    return File(entities.HOUSEHOLDS, content.md5, f"{place}.csv", f"{place}/integrity")


def _list(session: Session, device: OnCall) -> Kept:
    survey = frame.code_of_survey(session, device.survey)
    found = households_to_choose(session, device.survey, device.person, device.device)
    session.commit()
    return Kept(entities.csv_of(survey, found))


@blueprint.get(f"{PLACE}/integrity")
def household_integrity() -> Response:
    """Only of what this survey ever told: an entity that a tablet made up is none of ours."""
    session, device = db.session(), callers.tablet()
    survey = frame.code_of_survey(session, device.survey)
    listed = frame.households_of(session, device.survey, device.person, device.device)
    known = {entities.entity_id(survey, one.code) for one in listed}
    asked = dict.fromkeys(_asked())
    told = [(one, one not in known) for one in asked if entities.is_entity_of(survey, one)]
    return kept(Kept(documents.integrity(told)), documents.XML)


def _asked() -> Iterator[UUID]:
    """Raises TooManyItems. What is no UUID is nobody's."""
    words = ",".join(request.args.getlist("id")).split(",")
    if len(words) > MOST_IDS:
        raise problems.TooManyItems(limit=MOST_IDS)
    for word in words:
        try:
            yield UUID(word.strip())
        except ValueError:
            continue
