"""One blueprint for everything about people; its views are beside it."""

from apiflask import APIBlueprint
from flask import current_app

from survey_server import problems
from survey_server.services.people import Door

blueprint = APIBlueprint("people", __name__, url_prefix="/api/v1", tag="People")

LARGEST_ID = 2**31 - 1


def door() -> Door:
    found: Door = current_app.extensions["door"]
    return found


def row_id(number: int) -> int:
    """A number that may be on file. Raises NotFound."""
    if number > LARGEST_ID:
        raise problems.NotFound()
    return number
