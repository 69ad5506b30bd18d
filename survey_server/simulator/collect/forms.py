"""The forms of a project, each version with its files in a folder of its own.

forms/<MD5 of the form>/form.xml   with form.json, what the list said of it
                        media/<name>
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

from survey_server.simulator.collect.entities import Entities
from survey_server.simulator.collect.listed import ListedFile, ListedForm, files_in, forms_in
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.wire import Wire


@dataclass(frozen=True, slots=True)
class Form:
    listed: ListedForm
    folder: Path

    @property
    def xml(self) -> bytes:
        return (self.folder / "form.xml").read_bytes()

    def media(self, name: str) -> bytes:
        return (self.folder / "media" / name).read_bytes()


@dataclass(frozen=True, slots=True)
class Shelf:
    folder: Path
    wire: Wire
    entities: Entities

    def all(self) -> list[Form]:
        kept = sorted(self.folder.glob("*/form.json"))
        return [Form(ListedForm(**json.loads(one.read_text())), one.parent) for one in kept]

    def update(self) -> None:
        """Everything that is listed is had afterwards, and nothing else (`match_exactly`).

        Raises Failed; what was whole before stays as it is.
        """
        project = self.wire.project
        listed = forms_in(self.wire.document(f"{project.url}/formList"))
        for one in listed:
            self._take(one)
        if project.match_exactly:
            self._drop_others(listed)

    def _drop_others(self, listed: Iterable[ListedForm]) -> None:
        wanted = {one.md5 for one in listed}
        for form in self.all():
            if form.listed.md5 not in wanted:
                rmtree(form.folder)

    def _take(self, listed: ListedForm) -> None:
        folder = self.folder / listed.md5
        media = folder / "media"
        media.mkdir(parents=True, exist_ok=True)
        if not (folder / "form.xml").exists():
            xml = _exactly(self.wire.get(listed.url).body, listed.md5, listed.form_id)
            (folder / "form.xml").write_bytes(xml)
        if listed.manifest is not None:
            for file in files_in(self.wire.document(listed.manifest)):
                self._take_file(media / file.name, file)
        (folder / "form.json").write_text(json.dumps(asdict(listed)))

    def _take_file(self, place: Path, file: ListedFile) -> None:
        if not place.exists() or _md5(place.read_bytes()) != file.md5:
            content = self.wire.get(file.url).body
            place.write_bytes(_exactly(content, file.md5, urlsplit(file.url).path))
        if file.entities:
            self.entities.merge(file, place.read_bytes(), self.wire)


def _exactly(content: bytes, md5: str, name: str) -> bytes:
    if _md5(content) != md5:
        raise Failed(f"{name} is not what the list says")
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
