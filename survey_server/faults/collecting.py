"""ODK Collect as a writer: one interview at a time, with its photos, until the server says 201.

It knows nothing of batches and receipts. What is not sent is tried again from its first upload on,
byte for byte; what was sent long ago comes again, the original after its edit. On 409 the server
has another content under this id and keeps both: nothing is left to send.
"""

from collections import deque
from dataclasses import asdict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey_server.faults.account import UNAUTHENTICATED
from survey_server.faults.albums import COLLECTS, Album, Photo, sums
from survey_server.faults.history import Type
from survey_server.faults.left import Left
from survey_server.faults.openrosa import Line, spelled, told_by, upload
from survey_server.faults.pocket import CONFLICT, SENT, Interview, Pocket
from survey_server.faults.writers import AGAIN_SECONDS, Absence, Kit

MOST_AT_ONCE = 4
MOST_IN_A_ROW = 20
SENT_AGAIN = 0.2
REMEMBERED = 100
PATIENCE_SECONDS = 20.0
WAIT_SECONDS = (0.1, 1.0)
KEPT = {201: "kept", 409: "conflict"}
UNDECIDED = (None, 429)


class Collecting:
    def __init__(self, kit: Kit) -> None:
        self.name = kit.name
        self._kit = kit
        self._pocket = Pocket(kit.folder / f"{kit.name}.sqlite")
        self._line = Line(kit.url, kit.name, kit.secret, PATIENCE_SECONDS)
        self._rng = kit.rng
        self._album = Album(kit.rng, COLLECTS)
        self._absence = Absence(kit.rng)
        self._sent: deque[str] = deque(maxlen=REMEMBERED)

    def make(self) -> None:
        self._kit.hear_news()
        for record in self._kit.enumerator.write(MOST_AT_ONCE):
            one = Interview(record.instance_id, spelled(record), self._album.some())
            if self._pocket.keep(one):
                claims = asdict(told_by(one.xml)[1])
                ids, files = (one.instance_id,), sums(one.photos)
                self._kit.history.note(self.name, "make", "ok", ids=ids, res=claims, files=files)

    def offer(self) -> float | None:
        if (way := self._absence.left()) is not None:
            return way or self._come_back()
        if self._sent and self._rng.random() < SENT_AGAIN:
            self._send(self._pocket.interview(self._rng.choice(self._sent)), "resend")
        left = self._pocket.unsent()
        self._rng.shuffle(left)
        for instance_id in left[:MOST_IN_A_ROW]:
            state = self._send(self._pocket.interview(instance_id), "upload")
            if state is None:
                return self._rng.uniform(*WAIT_SECONDS)
            self._pocket.note(instance_id, state)
            self._sent.append(instance_id)
        return 0.0 if len(left) > MOST_IN_A_ROW else None

    def _come_back(self) -> float:
        """With the picture of a new enrolment, which has a name of its own."""
        project = self._kit.desk.project(self.name)
        if project is None:
            return AGAIN_SECONDS
        self._kit.desk.enrolled(self.name, project.username)
        self._line.close()
        self._line = Line(self._kit.url, project.username, project.password, PATIENCE_SECONDS)
        self._absence.end()
        return 0.0

    def _send(self, one: Interview, what: str) -> str | None:
        """What has become of it; None where it is not sent."""
        for photos, more in one.groups:
            self._note(what, "invoke", one)
            status = self._line.post(upload(one.xml, photos, more))
            if status == UNAUTHENTICATED:
                self._absence.begin()
            if status not in KEPT:
                unsure = status in UNDECIDED or (status or 0) >= 500
                self._note(what, "info" if unsure else "fail", one, status)
                return None
            self._note(what, "ok", one, [[KEPT[status], one.sha256]], photos)
            if status == 409:
                return CONFLICT
        return SENT

    def _note(
        self,
        what: str,
        type_: Type,
        one: Interview,
        told: object = None,
        photos: tuple[Photo, ...] = (),
    ) -> None:
        self._kit.history.note(
            self.name,
            what,
            type_,
            batch=one.sha256[:16],
            ids=(one.instance_id,),
            res=told,
            files=sums(photos),
        )

    def left(self, key: Ed25519PublicKey) -> Left:
        """Nobody signs an answer to this client."""
        unsent, sent = (self._pocket.contents(unsent=one) for one in (True, False))
        return Left(held=unsent, acknowledged=sent)

    def close(self) -> None:
        self._line.close()
        self._pocket.close()
