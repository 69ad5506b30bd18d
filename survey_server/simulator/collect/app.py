"""The application on a tablet: one project, and everything that belongs to it in one folder."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from survey_server.simulator.collect.entities import Entities, Entity
from survey_server.simulator.collect.forms import Form, Shelf
from survey_server.simulator.collect.instances import Answers, Drawer, Interview
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.project import Project
from survey_server.simulator.collect.sending import Sending, Sent
from survey_server.simulator.collect.wire import Wire

_SIGNS = string.ascii_letters + string.digits


class Collect:
    def __init__(self, folder: Path, project: Project, trusting: str | None = None) -> None:
        """`trusting` is a file with the certificate of a server that nobody else vouches for."""
        self.folder = folder
        self.wire = Wire(project, _device_of(folder), trusting)
        self.entities = Entities(folder / "entities")
        self.shelf = Shelf(folder / "forms", self.wire, self.entities)
        self.drawer = Drawer(folder / "instances")
        self.sending = Sending(self.wire)

    def move_to(self, url: str) -> None:
        """The same server by another way."""
        self.wire.project = replace(self.wire.project, url=url)

    def update_forms(self) -> list[Form]:
        """Raises Failed."""
        self.shelf.update()
        return self.shelf.all()

    def form(self, form_id: str) -> Form:
        """The latest version that it has. Raises Failed."""
        found = [one for one in self.shelf.all() if one.listed.form_id == form_id]
        if not found:
            raise Failed(f"there is no form {form_id}")
        return max(found, key=lambda one: one.listed.version)

    def households(self) -> dict[str, Entity]:
        return self.entities.list("units")

    def finish(
        self, form: Form, answers: Answers, files: Mapping[str, bytes] | None = None
    ) -> Interview:
        """It is on the tablet from here on, whatever happens."""
        return self.drawer.finish(form, answers, files or {})

    def edit(self, interview: Interview, path: str, answer: str) -> Interview:
        return self.drawer.edit(interview, path, answer)

    def send(self) -> list[Sent]:
        """Everything that is not sent, the oldest first."""
        return [self.sending.send(one) for one in self.drawer.unsent()]

    def send_again(self, interview: Interview) -> Sent:
        return self.sending.send(interview)


def _device_of(folder: Path) -> str:
    """Drawn when Collect is first started."""
    kept = folder / "device"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text("collect:" + "".join(secrets.choice(_SIGNS) for _ in range(16)))
    return kept.read_text()
