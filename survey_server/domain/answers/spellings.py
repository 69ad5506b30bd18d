"""The two spellings of one tree of answers: JSON, and the XForm instance that ODK clients send.

Both ways nothing that was answered is lost: what the form does not know is carried along, for the
reading to find. Blank elements are blanks, and blanks are left out.
"""

import re
from typing import Any

from lxml import etree

from survey_server.domain.answers.plan import Branch, Leaf, plan_of
from survey_server.domain.answers.reading import Answers, NotATree
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.safe_xml import XmlRefused, local_name, parse_bounded

_TEMPLATE = "{http://openrosa.org/javarosa}template"
# Control characters that JSON can carry and XML 1.0 cannot.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*")

# What stands below an unknown element: its shape is the client's.
Unknown = str | dict[str, Any]


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
    """In the order of the form, with `instance_id` in meta in place of any that the tree has."""
    root = etree.Element(description.root.name)
    root.set("id", description.form_id)
    root.set("version", description.version)
    meta = {**tree.get("meta", {}), "instanceID": instance_id}
    _write(root, {**tree, "meta": meta}, plan_of(description).root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _tree(element: etree._Element, branch: Branch, path: str) -> Answers:
    answers: Answers = {}
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
            _add_unknown(answers, name, _unknown(child))
            continue
        if name in answers:
            raise NotATree(place)
        value = _tree(child, node, place) if isinstance(node, Branch) else _leaf(child, node)
        if value:
            answers[name] = value
    return answers


def _leaf(element: etree._Element, leaf: Leaf) -> str | list[str] | dict[str, Any]:
    if len(element):
        return _unknown_branch(element)
    text = element.text or ""
    return text.split() if leaf.listed else text


def _unknown(element: etree._Element) -> Unknown:
    return _unknown_branch(element) if len(element) else (element.text or "")


def _unknown_branch(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        _add_unknown(found, local_name(child), _unknown(child))
    return found


def _add_unknown(found: dict[str, Any], name: str, value: Unknown) -> None:
    """An element that stands there several times becomes an array."""
    if not value:
        return
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _write(parent: etree._Element, tree: Answers, branch: Branch) -> None:
    for name, node in branch.nodes.items():
        if name not in tree:
            continue
        value = tree[name]
        if isinstance(node, Leaf):
            etree.SubElement(parent, name).text = _spelled(value)
            continue
        for entry in value if node.repeated else [value]:
            _write(etree.SubElement(parent, name), entry, node)
    for name, value in tree.items():
        if name not in branch.nodes:
            _write_unknown(parent, name, value)


def _write_unknown(parent: etree._Element, name: str, value: Any) -> None:
    if not _NAME.fullmatch(name):
        return
    for one in value if isinstance(value, list) else [value]:
        element = etree.SubElement(parent, name)
        if isinstance(one, dict):
            for key, below in one.items():
                _write_unknown(element, key, below)
        else:
            element.text = _spelled(one)


def _spelled(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return _NOT_XML.sub("\ufffd", text)
