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
from survey_server.domain.entities import HOUSEHOLDS, Household, csv_of
from survey_server.domain.forms import CompiledForm, FormDescription
from survey_server.domain.forms.parts import LIST_TYPES, Group, Question
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


# What Collect gets from the server and not with the form.
LISTS = {HOUSEHOLDS: csv_of("census", [Household("01-001-00001-012-034", "", "", "", 1, "", 1)])}


def load(engine: JavaRosa, form: CompiledForm, folder: Path) -> None:
    path = folder / f"{form.form_id}.xml"
    path.write_bytes(form.xform)
    for name, content in {**LISTS, **form.media}.items():
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
    one, other = theirs.replace("NaN", ""), ours.replace("NaN", "")
    if one == other or {one, other} in ({"1", "true"}, {"0", "false"}):
        return True
    if "" in (one, other):
        return False
    return _same_moment(one, other) or _same_number(one, other)


def _same_moment(theirs: str, ours: str) -> bool:
    moment = moment_of(theirs, ANY_ZONE)
    if moment is not None and moment == moment_of(ours, ANY_ZONE):
        return True
    return "T" in theirs and theirs.partition("T")[0] == ours


def _same_number(theirs: str, ours: str) -> bool:
    try:
        return math.isclose(float(theirs), float(ours), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


def as_tablets_send_it(engine: JavaRosa, description: FormDescription) -> Answers:
    """The interview that JavaRosa holds, spelled by JavaRosa, without what is not relevant."""
    answers: Answers = {}
    for node in engine.nodes():
        if not node["relevant"]:
            continue
        at = answers
        *above, name = node["path"].split("/")
        for step in above:
            at = _below(at, step)
        if not node["leaf"]:
            _below(at, name)
        elif node["value"]:
            question = _question_at(description, node["path"])
            is_list = question.type in LIST_TYPES
            at[name] = node["value"].split() if is_list else node["value"]
    return answers


def _below(answers: Answers, step: str) -> Answers:
    name, _, index = step.partition("[")
    if not index:
        group: Answers = answers.setdefault(name, {})
        return group
    entries: list[Answers] = answers.setdefault(name, [])
    while len(entries) < int(index[:-1]):
        entries.append({})
    return entries[int(index[:-1]) - 1]
