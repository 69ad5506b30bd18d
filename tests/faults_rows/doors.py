"""The two doors of a living server: a batch of a tablet's, and a submission of ODK Collect's."""

import base64
import http.client
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from tests.living import Live
from tests.openrosa.sent import ADDRESS, BOUNDARY, upload
from tests.world import EAS


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    retry_after: int | None


@dataclass
class Collect:
    """ODK Collect on the tablet of the world's first enumerator."""

    live: Live
    form: CompiledForm
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)

    def interview(
        self, number: int = 1, files: Sequence[tuple[str, bytes]] = ()
    ) -> tuple[str, bytes]:
        """Its id, and its bytes with those of its files."""
        made = str(uuid.uuid4())
        answers = self.live.world.answers(self.live.world.unit(EAS[0], number))
        return made, upload(xml_of_tree(self.form.description, answers, f"uuid:{made}"), files)

    def send(self) -> Told:
        """A new interview."""
        made, body = self.interview()
        self.sent.add(made)
        told = self.post(body)
        if told.status == 201:
            self.acknowledged.add(made)
        return told

    def post(self, body: bytes) -> Told:
        connection = http.client.HTTPConnection("127.0.0.1", self.live.port, timeout=60)
        try:
            connection.request("POST", ADDRESS, body, self._headers())
            answer = connection.getresponse()
            answer.read()
            waits = answer.headers.get("Retry-After")
            return Told(answer.status, int(waits) if waits else None)
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        told = f"tablet-lan:{self.live.world.secrets['lan']}".encode()
        return {
            "Authorization": "Basic " + base64.b64encode(told).decode(),
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "X-OpenRosa-Version": "1.0",
        }
