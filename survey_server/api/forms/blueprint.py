"""Where the views of forms are registered, and where a version is found."""

from apiflask import APIBlueprint

from survey_server.segments import segment

blueprint = APIBlueprint("forms", __name__, url_prefix="/api/v1", tag="Forms")


def url_of(form_id: str, version: str) -> str:
    return f"/api/v1/forms/{segment(form_id)}/versions/{segment(version)}"


def url_of_file(form_id: str, version: str, name: str) -> str:
    return f"{url_of(form_id, version)}/media/{segment(name)}"
