"""Where the views of forms are registered, and where a version is found."""

from apiflask import APIBlueprint

blueprint = APIBlueprint("forms", __name__, url_prefix="/api/v1", tag="Forms")


def url_of(form_id: str, version: str) -> str:
    return f"/api/v1/forms/{form_id}/versions/{version}"
