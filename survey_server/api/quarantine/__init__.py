"""Submissions that could not be understood, or came twice with other content.

looking: at what lies in quarantine · acting: trying again, mending, setting aside · conflicts: two
contents under one id.
"""

from survey_server.api.quarantine import acting, conflicts, looking  # noqa: F401 - routes
from survey_server.api.quarantine.blueprint import blueprint

__all__ = ["blueprint"]
