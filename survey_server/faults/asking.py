"""Asking the server as somebody's program does: directly, and not through the bad network."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any
from urllib.parse import quote, urlencode

from survey_server.faults.country import PASSWORD, SUPERVISOR, SURVEY
from survey_server.faults.history import History

PATIENCE_SECONDS = 30
FIGURES = (
    "received", "complete", "partial", "absent", "refused", "moved", "not_a_dwelling",
    "all_died", "duplicates", "persons", "with_findings",
)  # fmt: skip
# What asking may raise where a server dies meanwhile, or answers half.
TROUBLE = (OSError, ValueError, http.client.HTTPException)
BOUNDARY = "faults-51c2a9"


class Refused(OSError):
    def __init__(self, status: int, code: str | None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status


class OnLine:
    """Somebody who is signed in; all of it raises one of TROUBLE where there is no whole answer."""

    def __init__(self, url: str, history: History | None = None, who: str = SUPERVISOR) -> None:
        """With a history, failures without a reason or a time to come back are noted there."""
        self._url = url
        self._history = history
        self._who = who
        # The machine's own address is never asked for through a proxy.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._token: str | None = None

    def coverage(self, by: str) -> dict[str, Any]:
        found: dict[str, Any] = self.told(f"/api/v1/coverage?survey={SURVEY}&by={by}")
        return found

    def conflicts(self) -> set[str]:
        """The ids that came with several contents."""
        return {one["instance_id"] for one in self._pages("/api/v1/conflicts", "conflicts")}

    def doubles(self) -> set[frozenset[str]]:
        """Pairs of interviews that were told of one unit."""
        pairs = self._pages("/api/v1/matches", "matches", kind="same_unit")
        return {frozenset((one["a"]["interview_id"], one["b"]["interview_id"])) for one in pairs}

    def devices(self, **wanted: object) -> list[dict[str, Any]]:
        address = f"/api/v1/surveys/{SURVEY}/devices"
        return list(self._pages(address, "devices", **wanted))

    def told(self, path: str, said: object = None) -> Any:
        body = None if said is None else json.dumps(said).encode()
        return json.loads(self._signed_in(path, body, "application/json"))

    def content(self, path: str) -> bytes:
        return self._signed_in(path, None, "application/json")

    def put_up(self, path: str, files: Mapping[str, tuple[str, bytes]]) -> Any:
        """`files`: names and contents, by the parts of a form that they are sent as."""
        body = b"".join(_part(part, *file) for part, file in files.items())
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return json.loads(self._signed_in(path, body + f"--{BOUNDARY}--\r\n".encode(), kind))

    def _pages(self, address: str, name: str, **wanted: object) -> Iterator[dict[str, Any]]:
        asked: dict[str, object] = {"limit": 200, **wanted}
        if f"/{SURVEY}/" not in address:
            asked["survey"] = SURVEY
        while True:
            page = self.told(f"{address}?{urlencode(asked, quote_via=quote)}")
            yield from page[name]
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    def _signed_in(self, path: str, body: bytes | None, kind: str) -> bytes:
        if not self._token:
            who = json.dumps({"username": self._who, "password": PASSWORD}).encode()
            answer = self._asked("/api/v1/sessions", who, "application/json")
            self._token = json.loads(answer)["token"]
        return self._asked(path, body, kind)

    def _asked(self, path: str, body: bytes | None, kind: str) -> bytes:
        headers = {"Content-Type": kind, "Accept": "application/json, */*"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        asked = urllib.request.Request(self._url + path, body, headers)
        try:
            with self._opener.open(asked, timeout=PATIENCE_SECONDS) as answer:
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as refusal:
            raise self._judged(refusal.code, refusal.headers, refusal.read()) from None

    def _judged(self, status: int, headers: Message, body: bytes) -> Refused:
        try:
            code = json.loads(body).get("code")
        except (ValueError, AttributeError):
            code = None
        whole = code and headers.get("Retry-After", "").isdigit() and status != 500
        if status >= 500 and not whole and self._history:
            self._history.note(self._who, "answer", "fail", res=[status, code])
        return Refused(status, code)


def _part(part: str, name: str, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"'
    return f"{head}\r\n\r\n".encode() + content + b"\r\n"
