"""A tablet's connection to the application, over a network that loses, repeats and cuts."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from survey_server.tablet.connection import NoAnswer
from survey_server.tablet.protocol import Answer
from tests.ways.tablets import Line

FAULTS = ("fine", "request lost", "answer lost", "twice", "late", "half", "answer cut", "portal")
PORTAL = Answer(
    200, {"content-type": "text/html"}, b"<html>Welcome! Please accept the terms</html>"
)


@dataclass
class Post:
    """What is on its way and arrives at some later moment, when nobody waits for its answer."""

    late: deque[Callable[[], Answer]] = field(default_factory=deque)

    def deliver(self) -> None:
        while self.late:
            assert self.late.popleft()().status < 500


class BadLine(Line):
    """`faults` befall one exchange each, in order; then all goes well."""

    def __init__(
        self, client: FlaskClient, secret: str | None, post: Post, faults: Iterable[str] = ()
    ) -> None:
        super().__init__(client, secret)
        self._post = post
        self._faults = deque(faults)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        def ask() -> Answer:
            return Line.get(self, path, headers)

        return self._exchange(ask, ask)

    def post_packed(self, path: str, packed: bytes) -> Answer:
        def send() -> Answer:
            return Line.post_packed(self, path, packed)

        def send_half() -> Answer:
            return Line.post_packed(self, path, packed[: len(packed) // 2])

        return self._exchange(send, send_half)

    def _exchange(self, whole: Callable[[], Answer], half: Callable[[], Answer]) -> Answer:
        fault = self._faults.popleft() if self._faults else "fine"
        if fault == "portal":
            return PORTAL
        if fault == "late":
            self._post.late.append(whole)
        if fault == "half":
            assert half().status < 500
        if fault in ("late", "half", "request lost"):
            raise NoAnswer(fault)
        answer = whole()
        if fault == "twice":
            answer = whole()
        assert answer.status < 500
        if fault == "answer lost":
            raise NoAnswer(fault)
        if fault == "answer cut":
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        return answer
