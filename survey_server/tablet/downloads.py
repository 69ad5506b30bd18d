"""What a tablet downloads: the state of its work, page by page, and forms.

The rules: a page that broke off is asked for again, with the cursor of the page before. A cursor
that the server knows no more (412) is forgotten, everything is downloaded anew, and what the
tablet still has is offered again; one that was damaged (422) is forgotten, too. Work goes home even
while the download fails.
"""

from hashlib import sha256
from urllib.parse import quote

from survey_server.tablet.connection import Connection, NoAnswer
from survey_server.tablet.protocol import NoReceipt, Problem, State, problem_from, state_from
from survey_server.tablet.steps import GO_ON, Next, Patience
from survey_server.tablet.store import Store

STATE = "/api/v1/sync/state"


class Downloads:
    def __init__(
        self, store: Store, connection: Connection, patience: Patience, *, fetch_forms: bool
    ) -> None:
        self._store = store
        self._connection = connection
        self._patience = patience
        self._fetch_forms = fetch_forms
        self.due = True

    def state(self) -> Next:
        """One page."""
        try:
            answer = self._connection.get(self._path(), self._known())
        except NoAnswer as broken:
            self._patience.whole_was_broken(broken)
            return self._without_state(str(broken), None)
        if answer.status == 304:
            self._store.told_the_same()
            return self._up_to_date()
        if self._without_cursor(answer.status):
            return GO_ON
        problem = problem_from(answer)
        if problem and problem.status in (401, 403, 410, 426):
            return self._told_nothing(problem)
        try:
            return self._adopt(state_from(answer), answer.headers.get("etag"))
        except NoReceipt as no:
            return self._without_state(str(no), self._patience.asked(answer))

    def _without_cursor(self, status: int) -> bool:
        """Whether the cursor was refused, so that the next question has none."""
        if self._store.setting("cursor") is None or status not in (412, 422):
            return False
        if status == 412:
            self._store.start_over()
        else:
            self._store.forget_cursor()
        return True

    def forms(self) -> None:
        """Those that are missing, once a session: a form that fails must not hold back."""
        missing = self._store.forms_without_content() if self._fetch_forms else []
        if missing:
            self._fetch_forms = False
        for form in missing:
            self._form(form.url, form.hash)

    def _told_nothing(self, problem: Problem) -> Next:
        """A tablet that is too old is told nothing more, but what it holds may still go home."""
        if problem.status == 426 and self._store.receipt_key() is not None:
            return self._up_to_date()
        return Next("stop", reason=problem.code)

    def _adopt(self, state: State, etag: str | None) -> Next:
        pinned = self._store.receipt_key()
        if state.receipt_key is not None and pinned not in (None, state.receipt_key):
            self.due = False
            return Next("stop", reason="receipt_key_changed")
        self._store.adopt(state, etag)
        if state.more:
            self._patience.calm()
            return GO_ON
        return self._up_to_date()

    def _path(self) -> str:
        cursor = self._store.setting("cursor")
        return STATE if cursor is None else f"{STATE}?since={quote(cursor, safe='')}"

    def _known(self) -> dict[str, str]:
        etag = self._store.setting("etag")
        return {"If-None-Match": etag} if etag else {}

    def _up_to_date(self) -> Next:
        self.due = False
        self._patience.calm()
        return GO_ON

    def _without_state(self, reason: str, asked: float | None) -> Next:
        # Work goes home even while the download fails, once the receipts' key is known.
        if self._store.receipt_key() is not None:
            self.due = False
        return self._patience.later(reason, asked)

    def _form(self, url: str, expected: str) -> None:
        try:
            answer = self._connection.get(url, {"Accept": "application/xml"})
        except NoAnswer:
            return
        if answer.status != 200 or f"sha256:{sha256(answer.body).hexdigest()}" != expected:
            return
        for form in self._store.forms_without_content():
            if form.url == url and form.hash == expected:
                self._store.keep_form(form, answer.body)
