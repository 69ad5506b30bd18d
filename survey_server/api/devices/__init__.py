"""Tablets: how they are enrolled, and who looks after them.

enrolling: a code becomes a secret · issuing: codes, QR
pictures and sheets · managing: the list, revoking, lost tablets · replacing: work changes hands.
"""

from survey_server.api.devices import (  # noqa: F401 - routes
    enrolling,
    issuing,
    managing,
    replacing,
)
from survey_server.api.devices.blueprint import blueprint

__all__ = ["blueprint"]
