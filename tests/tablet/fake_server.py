"""A server of our own that keeps to the sync protocol, and misbehaves when told to.

It is as small as the protocol allows: submissions in a dict, one lock. `misbehave` lines up what
goes wrong with the next uploads, one each; the uploads after those are answered properly.
"""

import base64
import gzip
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECRET = "secret-of-the-first-device"
KEY_ID = "key-1"
FORM = b"<h:html>a form</h:html>"

Misbehaviour = Callable[["Exchange"], None]


class _Submission(msgspec.Struct):
    instance_id: str
    answers: msgspec.Raw
    sha256: str


class _Upload(msgspec.Struct):
    batch_id: str
    held: int
    submissions: list[_Submission]


class FakeServer:
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.epoch = "epoch-1"
        self.limits = {
            "packed_bytes": 2 * 1024 * 1024, "unpacked_bytes": 16 * 1024 * 1024,
            "submissions": 500, "depth": 32, "keys": 10_000, "string_bytes": 65_536,
        }  # fmt: skip
        self.units = [f"01-001-00001-001-{number:03}" for number in range(1, 21)]
        self.secrets = {SECRET}
        self.units_of: dict[str, list[str]] = {}
        self.stored: dict[str, bytes] = {}
        self.times_stored: dict[str, int] = {}
        self.replies: dict[str, tuple[bytes, bytes]] = {}
        self.uploads: list[bytes] = []
        self.states_spared = 0
        self.wants_a_newer_app = False
        self.cannot_be_asked = False
        self.questions: list[list[str]] = []
        # What the next answers about the state say beyond, or instead of, the usual.
        self.news: dict[str, Any] = {}
        self.gone_cursors: set[str] = set()
        # By the cursor: what the state is refused with.
        self.refused_cursors: dict[str, tuple[int, str]] = {}
        self.sizes: list[int] = []
        self.outcomes: dict[str, tuple[str, str | None, bool]] = {}
        self._misbehaviours: deque[Misbehaviour] = deque()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def misbehave(self, *how: Misbehaviour) -> None:
        self._misbehaviours.extend(how)

    def next_misbehaviour(self) -> Misbehaviour | None:
        with self._lock:
            return self._misbehaviours.popleft() if self._misbehaviours else None

    def will(self, how: Misbehaviour) -> bool:
        """Whether that is lined up for the next upload."""
        with self._lock:
            return bool(self._misbehaviours) and self._misbehaviours[0] is how

    def signature(self, body: bytes) -> str:
        return f"{KEY_ID}:{base64.b64encode(self.key.sign(body)).decode()}"

    def state(self, secret: str) -> bytes:
        units = self.units_of.get(secret, self.units)
        return json.dumps(
            {
                "epoch": self.epoch,
                "server_time": "2024-04-03T12:00:00Z",
                "limits": self.limits,
                "receipt_key": {
                    "id": KEY_ID,
                    "public_key": base64.b64encode(
                        self.key.public_key().public_bytes_raw()
                    ).decode(),
                },
                "survey": {"code": "census_2024", "training": False},
                "forms": [
                    {
                        "form_id": "census_2024_long",
                        "version": "0123456789ab",
                        "hash": "sha256:" + hashlib.sha256(FORM).hexdigest(),
                        "url": "/api/v1/forms/census_2024_long/versions/0123456789ab",
                    }
                ],
                "assignments": [
                    {
                        "ea": ea,
                        "name": "Tổ 1",
                        "due": "2024-04-30",
                        "form_id": "census_2024_long",
                    }
                    for ea in sorted({code[:-4] for code in units})
                ],
                "units": [
                    {
                        "code": code,
                        "ea": code[:-4],
                        "address": "Ngõ 1",
                        "head_name": "Nguyễn Văn An",
                        "listed_persons": 4,
                    }
                    for code in units
                ],
                "reviews": [],
                "messages": [],
                "cursor": "7",
            }
            | self.news
        ).encode()

    def verdicts(self, packed: bytes) -> bytes:
        asked = json.loads(gzip.decompress(packed))["instances"]
        self.questions.append([one["instance_id"] for one in asked])
        return json.dumps(
            {
                "epoch": self.epoch,
                "server_time": "2024-04-03T12:00:00Z",
                "held_by_server": len(self.stored),
                "results": [
                    {"instance_id": one["instance_id"], "verdict": self._verdict(one)}
                    for one in asked
                ],
            }
        ).encode()

    def _verdict(self, one: dict[str, str]) -> str:
        held = self.stored.get(one["instance_id"])
        if held is None:
            return "missing"
        return "held" if hashlib.sha256(held).hexdigest() == one["sha256"] else "differs"

    def receive(self, packed: bytes) -> bytes:
        """Stores each submission once, and answers a repeated batch as at first."""
        body = gzip.decompress(packed)
        upload = msgspec.json.decode(body, type=_Upload)
        with self._lock:
            self.uploads.append(packed)
            self.sizes.append(len(upload.submissions))
            before = self.replies.get(upload.batch_id)
            if before is not None:
                assert before[0] == packed, "another body under the same batch id"
                return before[1].replace(b'"replayed":false', b'"replayed":true')
            results = [self._store(one) for one in upload.submissions]
            reply = msgspec.json.encode(
                {
                    "batch_id": upload.batch_id,
                    "replayed": False,
                    "epoch": self.epoch,
                    "server_time": "2024-04-03T12:00:00Z",
                    "held_by_server": len(self.stored),
                    "results": results,
                }
            )
            self.replies[upload.batch_id] = (packed, reply)
            return reply

    def _store(self, one: _Submission) -> dict[str, Any]:
        answers = bytes(one.answers)
        assert hashlib.sha256(answers).hexdigest() == one.sha256
        outcome, code, retry = self.outcomes.get(one.instance_id, ("stored", None, False))
        if outcome != "rejected":
            if one.instance_id in self.stored:
                outcome = "duplicate" if self.stored[one.instance_id] == answers else "conflict"
            else:
                self.stored[one.instance_id] = answers
                self.times_stored[one.instance_id] = self.times_stored.get(one.instance_id, 0) + 1
        return {
            "instance_id": one.instance_id, "outcome": outcome, "code": code, "retry": retry,
            "sha256": one.sha256,
        }  # fmt: skip


class Exchange(BaseHTTPRequestHandler):
    """One request; the methods are what a misbehaviour may do with it."""

    server_of_ours: FakeServer
    protocol_version = "HTTP/1.1"
    packed: bytes

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if not self._known():
            return self.problem(401, "token_revoked")
        if self.server_of_ours.wants_a_newer_app:
            return self.problem(426, "upgrade_required")
        if self.path.startswith("/api/v1/sync/state"):
            return self._state()
        if self.path.startswith("/api/v1/forms/"):
            return self.reply(200, FORM, kind="application/xml")
        return self.problem(404, "not_found")

    def do_POST(self) -> None:
        self.packed = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/v1/sync/have" and self._known():
            return self._have()
        how = self.server_of_ours.next_misbehaviour()
        if how is not None:
            return how(self)
        if not self._known():
            return self.problem(401, "token_revoked")
        return self.receipt(self.server_of_ours.receive(self.packed))

    def _state(self) -> None:
        cursor = self.path.rpartition("since=")[2]
        if cursor in self.server_of_ours.gone_cursors:
            return self.problem(412, "epoch_changed")
        if refusal := self.server_of_ours.refused_cursors.get(cursor):
            return self.problem(*refusal)
        body = self.server_of_ours.state(self._secret())
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self.server_of_ours.states_spared += 1
            return self.reply(304, b"", {"ETag": etag})
        return self.reply(200, body, {"ETag": etag})

    def _have(self) -> None:
        if self.server_of_ours.cannot_be_asked:
            return self.problem(404, "not_found")
        body = self.server_of_ours.verdicts(self.packed)
        return self.receipt(body)

    def _known(self) -> bool:
        return self._secret() in self.server_of_ours.secrets

    def _secret(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def receipt(self, body: bytes, signature: str | None = None) -> None:
        signature = signature or self.server_of_ours.signature(body)
        self.reply(200, body, {"Receipt-Signature": signature})

    def reply(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        packs = "gzip" in self.headers.get("Accept-Encoding", "")
        packs = packs and bool(body)
        sent = gzip.compress(body) if packs else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(sent)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def problem(
        self,
        status: int,
        code: str,
        retry: bool = False,
        pointers: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        body = {
            "type": code.replace("_", "-"), "title": code, "status": status, "code": code,
            "detail": code, "retry": retry, "request_id": "r",
            "errors": [{"pointer": pointer, "code": code} for pointer in pointers],
        }  # fmt: skip
        self.reply(status, json.dumps(body).encode(), headers, "application/problem+json")

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def half(self, body: bytes) -> None:
        """Promises a whole answer and hangs up in its middle."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Receipt-Signature", self.server_of_ours.signature(body))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.close_connection = True


def _handler_of(server: FakeServer) -> type[Exchange]:
    return type("OurExchange", (Exchange,), {"server_of_ours": server})


# Misbehaviours


def lost_request(exchange: Exchange) -> None:
    exchange.hang_up()


def silence(exchange: Exchange) -> None:
    """Until the tablet hangs up."""
    exchange.connection.recv(1)
    exchange.close_connection = True


def lost_response(exchange: Exchange) -> None:
    exchange.server_of_ours.receive(exchange.packed)
    exchange.hang_up()


def truncated_response(exchange: Exchange) -> None:
    exchange.half(exchange.server_of_ours.receive(exchange.packed))


def captive_portal(exchange: Exchange) -> None:
    exchange.reply(200, b"<html>Welcome! Accept our terms.</html>", kind="text/html")


def forged_receipt(exchange: Exchange) -> None:
    """A relay that knows the protocol but not the key."""
    body = exchange.server_of_ours.receive(exchange.packed)
    signature = base64.b64encode(Ed25519PrivateKey.generate().sign(body)).decode()
    exchange.receipt(body, f"{KEY_ID}:{signature}")


def changed_receipt(change: Callable[[dict[str, Any]], None]) -> Misbehaviour:
    """Properly signed by a server that is wrong."""

    def answer(exchange: Exchange) -> None:
        body = json.loads(exchange.server_of_ours.receive(exchange.packed))
        change(body)
        exchange.receipt(json.dumps(body).encode())

    return answer


def refusal(
    status: int, code: str, retry: bool = False, *pointers: str, retry_after: str | None = None
) -> Misbehaviour:
    headers = {"Retry-After": retry_after} if retry_after else None
    return lambda exchange: exchange.problem(status, code, retry, pointers, headers)


def bare(status: int) -> Misbehaviour:
    """An answer that is not the server's: a proxy's page."""
    return lambda exchange: exchange.reply(status, b"<h1>Bad gateway</h1>", kind="text/html")
