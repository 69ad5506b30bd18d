"""What the office does meanwhile, in the name of its administrator or at the server itself."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_server.domain.forms import CompiledForm
from survey_server.domain.frame import AssignmentRow, UnitRow, table_of
from survey_server.services import forms, frame as frames
from survey_server.store.frame import Survey, survey_by_code
from tests.api.carrying import person_of
from tests.http import signed_in
from tests.world import LONG, World


@dataclass
class Staff:
    client: FlaskClient
    world: World
    form: CompiledForm

    def __post_init__(self) -> None:
        self.head = signed_in(self.client, self.world, "an")
        self.people = {name: person_of(self.world, name) for name in ("lan", "mai", "tung")}

    def ask(self, path: str, what: dict[str, Any], status: int) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1{path}", json=what, headers=self.head)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def code_for(self, who: str) -> str:
        path = f"/surveys/{self.world.code}/people/{self.people[who]}/enrolment-codes"
        return str(self.ask(path, {}, 201)["code"])

    def revoke(self, secret: str) -> None:
        rows = self.world.sql(
            "SELECT id FROM devices WHERE survey_id = :survey"
            " AND secret_sha256 = sha256(CAST(:secret AS bytea)) AND revoked_at IS NULL",
            secret=secret.encode(),
        )
        for row in rows:
            path = f"/surveys/{self.world.code}/devices/{row.id}/revoke"
            self.ask(path, {"reason": "Nghi bị mất"}, 200)

    def hand_over(self, leaving: str) -> None:
        coming = "mai" if leaving == "lan" else "lan"
        path = f"/surveys/{self.world.code}/people/{self.people[leaving]}/replace"
        self.ask(path, {"by": self.people[coming], "keep_devices": True}, 200)

    def assign(self, who: str, ea: str, number: int | None) -> None:
        """A whole EA, or one of its households, if it lies there."""
        unit = None if number is None else self.world.unit(ea, number)
        there = self.world.sql(
            "SELECT 1 FROM units u JOIN areas a ON a.id = u.ea_id WHERE u.survey_id = :survey"
            " AND u.code = :code AND a.code = :ea",
            code=unit,
            ea=ea,
        )
        if unit is not None and not there:
            return
        with Session(self.world.engine) as session, session.begin():
            row = AssignmentRow(f"{who}@{self.world.code}", ea, unit)
            survey = self._survey(session)
            frames.import_assignments(session, survey, table_of([row]))

    def end(self, who: str, ea: str) -> None:
        self.world.change(
            "UPDATE assignments SET ended_at = clock_timestamp() WHERE survey_id = :survey"
            " AND ended_at IS NULL AND person_id = :person"
            " AND ea_id = (SELECT id FROM areas WHERE survey_id = :survey AND code = :ea)",
            person=self.people[who],
            ea=ea,
        )

    def list_unit(self, code: str, ea: str, head: str, expected: bool) -> None:
        """For the first time, otherwise than before, or in another EA."""
        with Session(self.world.engine) as session, session.begin():
            row = UnitRow(code, ea, "Ngõ 3", head, 2, expected)
            frames.import_units(session, self._survey(session), table_of([row]))

    def _survey(self, session: Session) -> Survey:
        found = survey_by_code(session, self.world.code)
        assert found
        return found

    def version(self, name: str) -> CompiledForm:
        xform = self.form.xform.replace(self.form.version.encode(), name.encode())
        return replace(self.form, version=name, xform=xform)

    def put_up(self, name: str, published: bool) -> None:
        put = forms.publish if published else forms.draft
        with Session(self.world.engine) as session, session.begin():
            put(session, self.world.code, self.version(name), datetime.now(UTC))

    def open_or_close(self, opened: bool) -> None:
        move = forms.reopen if opened else forms.close
        with Session(self.world.engine) as session, session.begin():
            move(session, self.world.code, LONG, datetime.now(UTC))

    def message(self, ea: str | None) -> None:
        self.ask("/messages", {"survey": self.world.code, "area": ea, "text": "Họp"}, 201)

    def give_back(self, which: int) -> None:
        rows = self.world.sql(
            "SELECT i.interview_id, a.code FROM interviews i JOIN areas a ON a.id = i.ea_id"
            " WHERE i.survey_id = :survey ORDER BY i.interview_id, a.code"
        )
        if not rows:
            return
        row = rows[which % len(rows)]
        words = {"decision": "returned", "comment": "Xem lại", "comments": [], "ea": row.code}
        self.ask(f"/interviews/{row.interview_id}/reviews", words, 201)
