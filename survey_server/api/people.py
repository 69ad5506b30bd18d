"""."""
from apiflask import APIBlueprint
blueprint = APIBlueprint("people", __name__, url_prefix="/api/v1")
