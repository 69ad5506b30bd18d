"""A sheet of cards for a team: one card each, to be cut out and handed over with the tablet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.devices import Server, invitation
from survey_server.services.devices.issuing import Wishes, issue_code
from survey_server.services.devices.pictures import svg_of
from survey_server.store import devices

# A code takes 20 ms to digest, and nobody prints for a whole province at once.
MOST_CARDS = 60


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed for one person; whoever has the card can enrol as them until it expires."""

    person_id: int
    name: str
    area: str
    area_name: str
    code: str = field(repr=False)
    expires_at: datetime
    payload: str = field(repr=False)
    svg: str = field(repr=False)


def cards_of(
    session: Session,
    survey: str,
    areas: Sequence[int],
    by: int | None,
    server: Server,
    wishes: Wishes,
    now: datetime,
    people: Sequence[int] = (),
) -> list[Card]:
    """New codes for everybody in the field within the areas, or for those of `people` only, in
    the order of areas and names; at most 60. Raises NotFound where none of `people` is there."""
    team = devices.carriers_in(session, survey, areas, now, most=10_000 if people else MOST_CARDS)
    chosen = [one for one in team if not people or one.person_id in people]
    if people and not chosen:
        raise problems.NotFound()
    cards = []
    for carrier in chosen[:MOST_CARDS]:
        issued = issue_code(session, carrier, by, wishes, now)
        payload = invitation(server, issued.code)
        cards.append(
            Card(
                carrier.person_id,
                carrier.name,
                carrier.area,
                carrier.area_name,
                issued.code,
                issued.expires_at,
                payload,
                svg_of(payload),
            )
        )
    return cards
