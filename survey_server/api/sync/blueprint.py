"""Where the views of syncing are registered."""

from apiflask import APIBlueprint

blueprint = APIBlueprint("sync", __name__, url_prefix="/api/v1/sync", tag="Sync")
