"""Interviews, each in a folder of its own with its files, until it is sent and afterwards.

    instances/<time>_<form>/<time>_<form>.xml
                            <file that the interview names>
                            state.json     {"state", "message"}

An interview is filled into the form's own template, so that it has the form's questions, in its
order and with its default answers. An edit is another interview, which says whose place it takes.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree

from survey_server.domain.safe_xml import parse_bounded
from survey_server.simulator.collect.forms import Form
from survey_server.simulator.collect.problems import Failed

Answers: TypeAlias = Mapping[str, Any]

COMPLETE, FAILED, SUBMITTED = "complete", "submissionFailed", "submitted"
_TEMPLATE = "{http://openrosa.org/javarosa}template"
# What JavaRosa declares on every interview, used or not.
_DECLARED = {
    "h": "http://www.w3.org/1999/xhtml",
    "orx": "http://openrosa.org/xforms",
    "jr": "http://openrosa.org/javarosa",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "odk": "http://www.opendatakit.org/xforms",
}


@dataclass(frozen=True, slots=True)
class Interview:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / f"{self.folder.name}.xml"

    @property
    def instance_id(self) -> str:
        return parse_bounded(self.file.read_bytes()).findtext("meta/instanceID", "")

    @property
    def files(self) -> list[Path]:
        """By name, as Collect sends them."""
        beside = {self.file.name, "state.json"}
        return sorted(one for one in self.folder.iterdir() if one.name not in beside)

    @property
    def state(self) -> str:
        return str(self._told()["state"])

    @property
    def message(self) -> str:
        return str(self._told()["message"])

    def note(self, state: str, message: str = "") -> None:
        told = {"state": state, "message": message}
        (self.folder / "state.json").write_text(json.dumps(told))

    def _told(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / "state.json").read_text())
        return found


@dataclass(frozen=True, slots=True)
class Drawer:
    folder: Path

    def all(self) -> Iterator[Interview]:
        for state in sorted(self.folder.glob("*/state.json")):
            yield Interview(state.parent)

    def unsent(self) -> list[Interview]:
        return [one for one in self.all() if one.state != SUBMITTED]

    def finish(self, form: Form, answers: Answers, files: Mapping[str, bytes]) -> Interview:
        root = _filled(template_of(form.xml), answers)
        return self._keep(root, files)

    def edit(self, interview: Interview, path: str, answer: str) -> Interview:
        """One answer is another; the files stay."""
        root = parse_bounded(interview.file.read_bytes())
        changed = root.find(path)
        if changed is None:
            raise Failed(f"the form has no {path}")
        changed.text = answer
        replaced = root.find("meta/deprecatedID")
        if replaced is None:
            replaced = etree.SubElement(_meta(root), "deprecatedID")
        replaced.text = interview.instance_id
        return self._keep(root, {one.name: one.read_bytes() for one in interview.files})

    def _keep(self, root: etree._Element, files: Mapping[str, bytes]) -> Interview:
        own = _meta(root).find("instanceID")
        if own is None:
            own = etree.SubElement(_meta(root), "instanceID")
        own.text = f"uuid:{uuid.uuid4()}"
        # Folders lie in the order in which interviews were finished.
        begun = datetime.now(UTC).strftime("%Y-%m-%d_%H-%M-%S-%f")
        folder = self.folder / f"{begun}_{root.get('id')}"
        folder.mkdir(parents=True)
        interview = Interview(folder)
        interview.file.write_bytes(
            b"<?xml version='1.0' ?>" + etree.tostring(root, encoding="utf-8")
        )
        for name, content in files.items():
            (folder / name).write_bytes(content)
        interview.note(COMPLETE)
        return interview


def template_of(xform: bytes) -> etree._Element:
    """What an interview begins as."""
    found = parse_bounded(xform).find(".//{*}model/{*}instance/{*}*")
    if found is None:
        raise Failed("a form without questions")
    return _without_namespace(found, _DECLARED)


def _without_namespace(element: etree._Element, declared: dict[str, str]) -> etree._Element:
    made = etree.Element(etree.QName(element).localname, nsmap=declared)
    made.text = element.text
    made.attrib.update(element.attrib)
    made.extend(_without_namespace(child, declared) for child in element)
    return made


def _filled(element: etree._Element, answers: Answers) -> etree._Element:
    """Entries of repeats in the order they were given; of none, there is none."""
    for child in list(element):
        given = answers.get(str(child.tag))
        if child.get(_TEMPLATE) is not None:
            element.remove(child)
        elif isinstance(given, Mapping):
            _filled(child, given)
        elif isinstance(given, list):
            place = element.index(child)
            element[place : place + 1] = [_filled(deepcopy(child), one) for one in given]
        elif given is not None:
            child.text = str(given)
    return element


def _meta(root: etree._Element) -> etree._Element:
    found = root.find("meta")
    return etree.SubElement(root, "meta") if found is None else found
