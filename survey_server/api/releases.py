"""."""
from apiflask import APIBlueprint
blueprint = APIBlueprint("releases", __name__, url_prefix="/api/v1")
