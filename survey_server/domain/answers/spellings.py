"""The two spellings of one tree of answers: JSON, and the XForm instance that ODK clients send.

Both ways nothing that was answered is lost: what the form does not know is carried along, for the
reading to find (carried.py has its shape). Blank elements are blanks, and blanks are left out.
Attributes are read in meta and of unknown elements; elsewhere they are the form's own. A character
that XML has no place for becomes U+FFFD, as it does when answers are read from JSON.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from survey_server.domain.answers.carried import (
    TEXT,
    Carried,
    add_carried,
    is_attribute,
    is_xml_name,
    simplified,
)
from survey_server.domain.answers.lexical import spelled
from survey_server.domain.answers.plan import Branch, Leaf, plan_of
from survey_server.domain.answers.reading import Answers, NotATree
from survey_server.domain.forms.meta import CONFIRMED, META
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.safe_xml import XmlRefused, local_name, parse_bounded

_TEMPLATE = "{http://openrosa.org/javarosa}template"


def tree_of_xml(description: FormDescription, xml: bytes) -> Answers:
    """Raises NotATree where the document is not readable or has another root."""
    try:
        root = parse_bounded(xml)
    except XmlRefused as refused:
        raise NotATree("") from refused
    if local_name(root) != description.root.name:
        raise NotATree("")
    return _tree(root, plan_of(description).root, "")


def xml_of_tree(description: FormDescription, tree: Answers, instance_id: str) -> bytes:
    """In the order of the form, with `instance_id` in meta in place of any that the tree has.

    Raises NotATree where the tree is none of this form.
    """
    root = etree.Element(description.root.name)
    root.set("id", description.form_id)
    root.set("version", description.version)
    meta = tree.get(META) or {}
    if not isinstance(meta, Mapping):
        raise NotATree(META)
    named = {**tree, META: {**meta, "instanceID": instance_id}}
    _write(root, named, plan_of(description).root, "")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _tree(element: etree._Element, branch: Branch, path: str) -> Answers:
    answers: Answers = _beside(element, branch.open_ended)
    for child in element:
        name = local_name(child)
        place = f"{path}/{name}" if path else name
        if child.get(_TEMPLATE) is not None:
            continue
        node = branch.nodes.get(name)
        if isinstance(node, Branch) and node.repeated:
            answers.setdefault(name, []).append(_tree(child, node, place))
            continue
        if node is None:
            _add_unknown(answers, name, place, _unknown(child))
            continue
        if name in answers:
            raise NotATree(place)
        value = _tree(child, node, place) if isinstance(node, Branch) else _leaf(child, node)
        if value:
            answers[name] = value
    return answers


def _beside(element: etree._Element, with_attributes: bool) -> dict[str, Any]:
    """What an element says beside its children."""
    found: dict[str, Any] = {}
    if with_attributes:
        for name, value in element.attrib.items():
            if value:
                found[f"@{str(name).rpartition('}')[2]}"] = str(value)
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    if text and not text.isspace():
        found[TEXT] = text
    return found


def _leaf(element: etree._Element, leaf: Leaf) -> Carried:
    if len(element):
        return _unknown(element)
    text = element.text or ""
    return text.split() if leaf.listed else text


def _unknown(element: etree._Element) -> Carried:
    found = _beside(element, with_attributes=True)
    for child in element:
        add_carried(found, local_name(child), _unknown(child))
    return simplified(found)


def _add_unknown(answers: Answers, name: str, place: str, value: Carried) -> None:
    if place == f"{META}/{CONFIRMED}" and value:
        answers.setdefault(name, []).append(value)
    else:
        add_carried(answers, name, value)


def _write(parent: etree._Element, tree: Answers, branch: Branch, prefix: str) -> None:
    for name, node in branch.nodes.items():
        value = tree.get(name)
        if value is None:
            continue
        if isinstance(node, Leaf):
            _write_leaf(etree.SubElement(parent, name), value)
            continue
        for entry in _entries(value, node, prefix + name):
            _write(etree.SubElement(parent, name), entry, node, f"{prefix}{name}/")
    for name, value in tree.items():
        if name not in branch.nodes:
            _write_unknown(parent, name, value)


def _entries(value: object, branch: Branch, path: str) -> list[Answers]:
    entries = value if branch.repeated else [value]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise NotATree(path)
    return entries


def _write_leaf(element: etree._Element, value: object) -> None:
    if isinstance(value, Mapping):
        _write_object(element, value)
    elif isinstance(value, list):
        element.text = " ".join(filter(None, map(spelled, value)))
    else:
        element.text = spelled(value)


def _write_unknown(parent: etree._Element, name: str, value: object) -> None:
    """A name that XML has no place for is left out, as it is when answers are read from JSON."""
    if isinstance(value, list):
        for one in value:
            _write_unknown(parent, name, one)
    elif name == TEXT:
        parent.text = spelled(value)
    elif is_attribute(name):
        parent.set(name[1:], spelled(value) or "")
    elif is_xml_name(name):
        _write_leaf(etree.SubElement(parent, name), value)


def _write_object(element: etree._Element, value: Mapping[str, object]) -> None:
    for name, below in value.items():
        _write_unknown(element, name, below)
