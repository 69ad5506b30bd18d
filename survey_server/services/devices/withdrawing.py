"""Tablets that may sync no longer: revoked by the office, or lost, with what has to be done again.

Nothing is taken from the tablet: it is refused at its next request, keeps what it holds, and
brings it in once it is enrolled again or its store is imported.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.devices.looking import Lost, device_of, still_to_revisit
from survey_server.store import devices
from survey_server.store.devices import DeviceRow, Ending


def revoke(
    session: Session, survey: str, device: int, areas: Sequence[int], ending: Ending
) -> DeviceRow:
    """Twice is as good as once. Raises NotFound."""
    device_of(session, survey, device, areas, ending.at)
    if devices.end(session, device, ending):
        audit.note(Entry("device_revoked", survey, ending.person, device, f"device:{device}"))
    return device_of(session, survey, device, areas, ending.at)


def report_lost(
    session: Session, survey: str, device: int, areas: Sequence[int], ending: Ending
) -> Lost:
    """Also of a tablet that was revoked before. Raises NotFound."""
    device_of(session, survey, device, areas, ending.at)
    revoked = devices.end(session, device, ending)
    devices.note_lost(session, device, ending.at)
    found = still_to_revisit(session, survey, device, areas, ending.person, ending.at)
    told = {
        "revoked": int(revoked),
        "held": found.held,
        "households": len(found.households),
    }
    audit.note(Entry("device_lost", survey, ending.person, device, f"device:{device}", told))
    return found
