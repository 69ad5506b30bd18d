"""."""
from apiflask import APIBlueprint
blueprint = APIBlueprint("forms", __name__, url_prefix="/api/v1")
