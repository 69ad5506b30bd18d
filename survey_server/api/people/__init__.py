"""People: signing in, one's own account and tokens, and the people of one's areas."""

from survey_server.api.people import account, members, signing_in, tokens  # noqa: F401 - views
from survey_server.api.people.blueprint import blueprint, door

__all__ = ["blueprint", "door"]
