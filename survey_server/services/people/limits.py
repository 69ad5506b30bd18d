"""How often somebody may fail before nobody looks any more.

Counted in PostgreSQL, for all processes at once. The bound on an account holds for names that do
not exist as well, so it tells nobody which do. The bound on an address is for signing in and resets
only: a province's tablets share one address.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services.people.door import Door
from survey_server.store import people

WINDOW = timedelta(minutes=15)
FAILURES_OF_ACCOUNT = 5
# A household's line has a whole /64 of IPv6 addresses.
IPV6_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` failures of one subject within the window."""

    subject: bytes
    most: int

    def take_turns(self, session: Session) -> None:
        people.take_turns(session, self.subject)

    def reached(self, session: Session, now: datetime) -> bool:
        return people.count_failures(session, self.subject, now - WINDOW, now)[0] >= self.most

    def require_room(self, session: Session, now: datetime) -> None:
        """Raises RateLimited, which says when to come again."""
        count, first = people.count_failures(session, self.subject, now - WINDOW, now)
        if count >= self.most and first is not None:
            wait = first + WINDOW - now
            raise problems.RateLimited(retry_after=max(1, round(wait.total_seconds())))

    def note(self, session: Session, now: datetime) -> None:
        people.add_failure(session, self.subject, now)

    def forget(self, session: Session) -> None:
        people.forget_failures(session, self.subject)


def of_account(username: str) -> Bound:
    return Bound(subject_of("account", username), FAILURES_OF_ACCOUNT)


def of_address(address: str | None, door: Door) -> Bound:
    """Where the address is not known, everybody shares one bound."""
    return Bound(subject_of("address", block_of(address or "")), door.failures_of_address)


def block_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed), IPV6_BLOCK), strict=False))


def subject_of(kind: str, what: str) -> bytes:
    return hashlib.sha256(f"{kind}:{what}".encode("utf-8", "surrogatepass")).digest()
