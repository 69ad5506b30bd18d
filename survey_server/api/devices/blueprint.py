"""Where the views of tablets are registered, and what several of them ask."""

from apiflask import APIBlueprint
from flask import current_app, request
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.api import access
from survey_server.domain.devices import Server

blueprint = APIBlueprint("devices", __name__, url_prefix="/api/v1", tag="Devices")

# Where ODK Collect finds the server, below its address.
OPENROSA = "/openrosa"
LARGEST_ID = 2**31 - 1


def this_server() -> Server:
    """As tablets reach it: what the settings say, or else the address that was called."""
    chosen: str = current_app.extensions["settings"].public_url
    key = current_app.extensions["receipt_key"]
    return Server(chosen or request.host_url.rstrip("/"), key.public_key)


def areas_of_caller(session: Session, survey: str) -> list[int]:
    """Raises NotFound for a survey that is not theirs."""
    areas = access.viewer(session).areas_in(survey)
    if not areas:
        raise problems.NotFound()
    return areas


def known_id(number: int) -> int:
    """Raises NotFound where no row can have it."""
    if not 0 < number <= LARGEST_ID:
        raise problems.NotFound()
    return number
