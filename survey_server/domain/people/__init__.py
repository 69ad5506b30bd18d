"""Who looks, and what they may see: the argument of every read."""

from survey_server.domain.people.roles import (
    FIELD_STAFF,
    PROGRAM_SCOPES,
    ROLES,
    needs_second_factor,
)
from survey_server.domain.people.viewers import Scope, Viewer

__all__ = ["FIELD_STAFF", "PROGRAM_SCOPES", "ROLES", "Scope", "Viewer", "needs_second_factor"]
