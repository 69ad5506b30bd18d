"""What tablets are told and asked besides their interviews.

state: the work of the calling tablet, whole or what changed · have: which interviews are here
"""

from survey_server.api.sync import have, state  # noqa: F401 - routes
from survey_server.api.sync.blueprint import blueprint

__all__ = ["blueprint"]
