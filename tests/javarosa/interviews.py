"""One interview, asked of both engines, and where they differ.

Both are told every question, answered or not, as a tablet that opens a saved interview has them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from survey_server.domain.answers import Answers
from survey_server.domain.forms import CompiledForm, FormDescription
from survey_server.domain.forms.parts import Group, Question
from survey_server.domain.logic import compile_expression
from survey_server.domain.logic.moments import moment_of
from survey_server.domain.rules import Rules
from survey_server.domain.rules.rules import SettledNode
from tests.javarosa.oracle import JavaRosa


ANY_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    about: str
    theirs: object
    ours: object

    def __str__(self) -> str:
        return f"{self.path}: {self.about}: JavaRosa {self.theirs!r}, ours {self.ours!r}"


def load(engine: JavaRosa, form: CompiledForm, folder: Path) -> None:
    path = folder / f"{form.form_id}.xml"
    path.write_bytes(form.xform)
    for name, content in form.media.items():
        (folder / name).write_bytes(content)
    engine.load(path, folder)


def instance_of(description: FormDescription, answers: Answers) -> str:
    root = etree.Element(description.root.name, id=description.form_id)
    _write(root, description.root, answers)
    return etree.tostring(root, encoding="unicode")


def _write(element: etree._Element, group: Group, answers: Mapping[str, Any]) -> None:
    for child in group.children:
        value = answers.get(child.name)
        if isinstance(child, Question):
            text = " ".join(value) if isinstance(value, list) else value
            etree.SubElement(element, child.name).text = text
        elif child.kind == "group":
            _write(etree.SubElement(element, child.name), child, value or {})
        else:
            for entry in value or ():
                _write(etree.SubElement(element, child.name), child, entry)


def differences(
    engine: JavaRosa, description: FormDescription, rules: Rules, answers: Answers
) -> Iterator[Difference]:
    """Raises JavaRosaFault where JavaRosa cannot open the interview."""
    engine.fill(instance_of(description, answers))
    theirs = {node["path"]: node for node in engine.nodes()}
    zone = ZoneInfo(description.time_zone)
    ours = {node.path: node for node in rules.nodes(rules.evaluate(answers, datetime.now(zone)))}
    for path, told in theirs.items():
        node = ours.get(path)
        if node is None:
            yield Difference(path, "there", True, False)
        elif told["relevant"] != node.relevant:
            yield Difference(path, "relevant", told["relevant"], node.relevant)
        elif told["relevant"] and told["leaf"]:
            yield from _of_leaf(_question_at(description, path), told, node)
    for path in ours.keys() - theirs.keys():
        yield Difference(path, "there", False, True)


def _question_at(description: FormDescription, path: str) -> Question:
    return description.question("/".join(step.partition("[")[0] for step in path.split("/")))


def _of_leaf(
    question: Question, told: Mapping[str, Any], node: SettledNode
) -> Iterator[Difference]:
    if not _is_volatile(question) and not same_value(told["value"], node.value):
        yield Difference(node.path, "value", told["value"], node.value)
    if told["required"] != node.required:
        yield Difference(node.path, "required", told["required"], node.required)
    if told["constraint"] != node.constraint_ok:
        yield Difference(node.path, "constraint", told["constraint"], node.constraint_ok)
    if node.offered is not None and set(told["offered"] or ()) != node.offered:
        yield Difference(node.path, "offered", told["offered"], sorted(node.offered))


def _is_volatile(question: Question) -> bool:
    """What our rules do not compute again: meta, times and places of the tablet, labels in the
    tablet's language."""
    if "meta" in question.path or question.preload:
        return True
    calculate = compile_expression(question.calculate or "''")
    return calculate.is_volatile or "jr:choice-name" in calculate.text


def same_value(theirs: str, ours: str) -> bool:
    """Numbers are numbers however they are spelled, NaN is a blank, 1 and true are the same, and
    a moment without a type of its own may be spelled with its time of day or without."""
    if theirs == ours:
        return True
    if "" in (theirs.replace("NaN", ""), ours.replace("NaN", "")):
        return theirs.replace("NaN", "") == ours.replace("NaN", "")
    if "T" in theirs and theirs.partition("T")[0] == ours:
        return True
    moment = moment_of(theirs, ANY_ZONE)
    if moment is not None and moment == moment_of(ours, ANY_ZONE):
        return True
    if {theirs, ours} in ({"1", "true"}, {"0", "false"}):
        return True
    try:
        return math.isclose(float(theirs), float(ours), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False
