"""Uploads: how much at once is asked first, and only 201 and 202 mean "sent".

An interview of many files goes in several uploads. Each repeats the interview, and all but the last
say that they are incomplete. A retry begins from the beginning.
"""

import mimetypes
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from survey_server.simulator.collect.instances import FAILED, SUBMITTED, Interview
from survey_server.simulator.collect.listed import sentence_of
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.wire import Answer, Wire

ASSUMED_BYTES = 10_000_000
TAKEN = (201, 202)
# Collect looks whether this many are in already after it has put another in.
MORE_FILES_THAN = 100
PIECE = 8192


@dataclass(frozen=True, slots=True)
class Sent:
    """`status` is that of the last upload; 0 where nobody answered."""

    taken: bool
    message: str
    status: int
    uploads: int


@dataclass(slots=True)
class Sending:
    wire: Wire
    _places: dict[str, str] = field(init=False, default_factory=dict)
    _most: int = field(init=False, default=ASSUMED_BYTES)

    def send(self, interview: Interview) -> Sent:
        try:
            sent = self._send(interview, self._place())
        except Failed as fault:
            sent = Sent(False, str(fault), 0, 0)
        interview.note(SUBMITTED if sent.taken else FAILED, sent.message)
        return sent

    def _send(self, interview: Interview, place: str) -> Sent:
        uploads = 0
        groups = list(split(interview.file.stat().st_size, interview.files, self._most))
        for files in groups:
            uploads += 1
            answer = self._upload(place, interview.file, files, uploads < len(groups))
            if answer.status not in TAKEN:
                return Sent(False, _told(answer), answer.status, uploads)
        return Sent(True, sentence_of(answer.body), answer.status, uploads)

    def _place(self) -> str:
        """Where uploads go: what the server says, once, if it stays on its machine.

        Raises Failed where somebody else seems to answer in the server's place.
        """
        asked = f"{self.wire.project.url}/submission"
        if asked in self._places:
            return self._places[asked]
        answer = self.wire.ask("HEAD", asked)
        if answer.status == 401:
            raise Failed("the server wants another user or password")
        if answer.status != 204 and 200 <= answer.status < 300:
            raise Failed("do you need to log in to your network?")
        place = asked
        if answer.status == 204:
            self._most = int(answer.headers.get("X-OpenRosa-Accept-Content-Length", ASSUMED_BYTES))
            place = urljoin(asked, answer.headers.get("Location", asked))
            if urlsplit(place).hostname != urlsplit(asked).hostname:
                raise Failed("redirected to another machine")
            self._places[asked] = place
        return place

    def _upload(self, place: str, xml: Path, files: list[Path], incomplete: bool) -> Answer:
        boundary = str(uuid.uuid4())
        body = b"".join(_parts(boundary, xml, files, incomplete))
        pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.wire.ask("POST", place, kind, pieces)


def split(xml: int, files: list[Path], most: int) -> Iterator[list[Path]]:
    """Into uploads of no more than `most` bytes, of which only contents are counted. A file that is
    larger by itself is tried all the same."""
    group: list[Path] = []
    size = xml
    for file in files:
        bytes_of_file = file.stat().st_size
        if group and (len(group) > MORE_FILES_THAN or size + bytes_of_file > most):
            yield group
            group, size = [], xml
        group.append(file)
        size += bytes_of_file
    yield group


def _parts(boundary: str, xml: Path, files: list[Path], incomplete: bool) -> Iterator[bytes]:
    yield _part(boundary, "xml_submission_file", xml.read_bytes(), "text/xml", xml.name)
    for file in files:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        yield _part(boundary, file.name, file.read_bytes(), kind, file.name)
    if incomplete:
        yield _part(boundary, "*isIncomplete*", b"yes")
    yield f"--{boundary}--\r\n".encode()


def _part(
    boundary: str, name: str, content: bytes, kind: str | None = None, filename: str | None = None
) -> bytes:
    """As OkHttp spells it, with the length after the kind."""
    head = f"--{boundary}\r\nContent-Disposition: form-data; name={_quoted(name)}"
    if filename is not None:
        head += f"; filename={_quoted(filename)}"
    if kind is not None:
        head += f"\r\nContent-Type: {kind}"
    return f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    escaped = name.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")
    return f'"{escaped}"'


def _told(answer: Answer) -> str:
    return sentence_of(answer.body) or f"the server answered {answer.status}"
