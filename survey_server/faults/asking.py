"""Asking the server as a supervisor's program does: directly, and not through the bad network."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from survey_server.faults.country import PASSWORD, SUPERVISOR, SURVEY

PATIENCE_SECONDS = 30
FIGURES = (
    "received", "complete", "partial", "absent", "refused", "moved", "not_a_dwelling",
    "all_died", "duplicates", "persons", "with_findings",
)  # fmt: skip


class SupervisorOnLine:
    def __init__(self, url: str) -> None:
        self._url = url
        # The machine's own address is never asked for through a proxy.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._token: str | None = None

    def coverage(self, by: str) -> dict[str, Any]:
        """Raises OSError or ValueError where there is no answer, or half of one."""
        self._sign_in()
        found: dict[str, Any] = self._asked(f"/api/v1/coverage?survey={SURVEY}&by={by}", None)
        return found

    def conflicts(self) -> set[str]:
        """The ids that came with several contents. Raises as `coverage` does."""
        self._sign_in()
        found: set[str] = set()
        page = f"/api/v1/conflicts?survey={SURVEY}&limit=200"
        cursor: str | None = ""
        while cursor is not None:
            more = f"&cursor={quote(cursor)}" if cursor else ""
            told = self._asked(page + more, None)
            found |= {one["instance_id"] for one in told["conflicts"]}
            cursor = told["next"]
        return found

    def _sign_in(self) -> None:
        if not self._token:
            who = {"username": SUPERVISOR, "password": PASSWORD}
            self._token = self._asked("/api/v1/sessions", who)["token"]

    def _asked(self, path: str, content: object) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = None if content is None else json.dumps(content).encode()
        asked = urllib.request.Request(self._url + path, body, headers)
        try:
            with self._opener.open(asked, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise OSError(f"{refusal.code} {json.load(refusal).get('code')}") from None
