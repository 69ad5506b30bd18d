"""What people in the field get from their office, by hand: a card for a tablet that is refused, the
newest questionnaire, somebody else's work.

Cards come from the server, of course; whoever stands at the desk comes again where it fails.
"""

import threading
from collections import defaultdict

from survey_server.faults.asking import TROUBLE, OnLine
from survey_server.faults.country import SURVEY
from survey_server.faults.history import History
from survey_server.simulator.collect.project import Project, scan
from survey_server.tablet.enrolment import Invitation, invitation_from


class Desk:
    def __init__(self, line: OnLine, history: History, version: str) -> None:
        """`version` of the questionnaire, as everybody has it at first."""
        self.version = version
        self._line = line
        self._history = history
        self._lock = threading.Lock()
        self._people: dict[str, int] = {}
        self._work: dict[str, list[str]] = defaultdict(list)

    def get_to_know(self) -> None:
        """Who has which tablet. Raises one of TROUBLE."""
        with self._lock:
            for one in self._line.devices():
                self._people[one["device_id"]] = one["person_id"]

    def person_of(self, name: str) -> int:
        """Of a writer, whatever their tablets are called later."""
        return self._people[name]

    def invitation(self, name: str) -> Invitation | None:
        told = self._card(name, "own")
        return invitation_from(told) if told else None

    def project(self, name: str) -> Project | None:
        """For ODK Collect, the enrolment itself."""
        told = self._card(name, "odk_collect")
        return scan(told) if told else None

    def _card(self, name: str, client: str) -> str | None:
        address = f"/api/v1/surveys/{SURVEY}/people/{self._people[name]}/enrolment-codes"
        try:
            with self._lock:
                found: str = self._line.told(address, {"client": client})["payload"]
        except TROUBLE:
            return None
        return found

    def enrolled(self, name: str, device_id: str) -> None:
        self._history.note(name, "enrol", "ok", res=device_id)

    def hand_over(self, name: str, units: list[str]) -> None:
        with self._lock:
            self._work[name] += units

    def new_work(self, name: str) -> list[str]:
        """Units that were somebody else's, once."""
        with self._lock:
            return self._work.pop(name, [])
