"""."""
from apiflask import APIBlueprint
blueprint = APIBlueprint("coverage", __name__, url_prefix="/api/v1")
