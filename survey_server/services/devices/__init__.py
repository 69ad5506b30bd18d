"""Tablets are given out, taken back, lost, and handed on with the work.

issuing: codes and QR pictures · enrolling: a code becomes a secret · looking: the list, and what
to visit again · withdrawing: revoked and lost tablets · replacing: one enumerator takes over from
another · sheets: cards for a whole team.
"""

from survey_server.services.devices.enrolling import Asked, Enrolled, enrol
from survey_server.services.devices.issuing import (
    LONGEST_DAYS,
    Issued,
    IssuedCollect,
    Wishes,
    carrier_of,
    issue_code,
    issue_for_collect,
)
from survey_server.services.devices.looking import Lost, device_of, listed, still_to_revisit
from survey_server.services.devices.pictures import svg_of
from survey_server.services.devices.replacing import NewPerson, Replaced, Replacing, replace
from survey_server.services.devices.sheets import Card, cards_of
from survey_server.services.devices.withdrawing import report_lost, revoke

__all__ = [
    "LONGEST_DAYS",
    "Asked",
    "Card",
    "Enrolled",
    "Issued",
    "IssuedCollect",
    "Lost",
    "NewPerson",
    "Replaced",
    "Replacing",
    "Wishes",
    "cards_of",
    "carrier_of",
    "device_of",
    "enrol",
    "issue_code",
    "issue_for_collect",
    "listed",
    "replace",
    "report_lost",
    "revoke",
    "still_to_revisit",
    "svg_of",
]
