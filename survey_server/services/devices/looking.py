"""Looking at tablets, and at what has to be visited again where one does not come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import devices
from survey_server.store.devices import DeviceRow, ToRevisit, Wanted


@dataclass(frozen=True, slots=True)
class Lost:
    """A tablet, and the households to visit again. `held` interviews were only on the tablet when
    it was last heard of; None where it never said."""

    device: DeviceRow
    households: list[ToRevisit]

    @property
    def held(self) -> int | None:
        return self.device.held


def listed(session: Session, wanted: Wanted, by: int | None, now: datetime) -> list[DeviceRow]:
    """A page of tablets, sorted by id. It is noted who looked."""
    rows = devices.devices_in(session, wanted, now)
    audit.note(Entry("devices_listed", wanted.survey, by, data={"rows": len(rows)}))
    return rows


def device_of(
    session: Session, survey: str, device: int, areas: Sequence[int], now: datetime
) -> DeviceRow:
    """Raises NotFound where it is not within the areas."""
    found = devices.device_in(session, survey, device, areas, now)
    if found is None:
        raise problems.NotFound()
    return found


def still_to_revisit(
    session: Session, survey: str, device: int, areas: Sequence[int], by: int | None, now: datetime
) -> Lost:
    """As it stands now: what came in since is not on it. It has addresses, so it is noted who
    looked. Raises NotFound."""
    row = device_of(session, survey, device, areas, now)
    households = devices.to_revisit(session, device, areas)
    told = {"rows": len(households)}
    audit.note(Entry("revisits_viewed", survey, by, device, f"device:{device}", told))
    return Lost(row, households)
