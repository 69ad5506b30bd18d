"""What a form asks, read from the XForm that tablets run.

The XForm is the contract: its instance gives the tree, its binds the types, rules and our own
attributes, its body the controls, its itext the words. So a form that was made elsewhere and
uploaded as an XForm is understood as well as one of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lxml import etree

from survey_server.domain.forms.choices import Lists, is_external_select, lists_of
from survey_server.domain.forms.parts import (
    TIME_ZONE,
    Bounds,
    Choice,
    FormDescription,
    Group,
    Instance,
    Path,
    Question,
)
from survey_server.domain.forms.problem_texts import refusal
from survey_server.domain.forms.wording import Wording, wording_of
from survey_server.domain.safe_xml import XmlRefused, local_name, parse_bounded

__all__ = ["Choice", "FormDescription", "Group", "Instance", "Question", "description_of"]

SURVEY = "{urn:survey-server:form}"
JAVAROSA = "{http://openrosa.org/javarosa}"

_CONTROLS = frozenset(
    {"input", "select1", "select", "upload", "range", "trigger", "rank", "secret"}
)
_ASKED_TYPES = {"select1": "select1", "select": "select", "rank": "rank"}
_TYPE_NAMES = {"integer": "int", "text": "string", "odk:rank": "rank", "select_one": "select1"}

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Source:
    """The parts of an XForm, each looked up by the absolute path of a node."""

    root_path: str
    binds: Mapping[str, Attributes]
    controls: Mapping[str, etree._Element]
    groups: Mapping[str, etree._Element]
    repeats: Mapping[str, etree._Element]
    wording: Wording
    lists: Lists

    def absolute(self, path: Path) -> str:
        return "/".join((self.root_path, *path))


def description_of(xform: bytes, media: Mapping[str, bytes] | None = None) -> FormDescription:
    """`media` are the files of the form by name. Raises FormInvalid."""
    try:
        document = parse_bounded(xform)
    except XmlRefused as refused:
        raise refusal("xform_broken", fault=refused) from None
    model = document.find("{*}head/{*}model")
    instance = None if model is None else model.find("{*}instance")
    if model is None or instance is None or len(instance) == 0:
        raise refusal("xform_broken", fault="head/model/instance")
    root = instance[0]
    form_id = root.get("id") or ""
    if not form_id:
        raise refusal("xform_without_id")
    source = _source_of(document, model, root, media or {})
    return FormDescription(
        form_id=form_id,
        version=root.get("version", ""),
        title=(document.findtext("{*}head/{*}title") or form_id).strip(),
        languages=source.wording.languages,
        default_language=source.wording.default_language,
        instance_name=_bind(source, ("meta", "instanceName")).get("calculate"),
        root=_group(root, (), source),
        choice_lists=source.lists.choices,
        instances=source.lists.instances,
        time_zone=_time_zone(root),
    )


def _time_zone(root: etree._Element) -> str:
    name = root.get(f"{SURVEY}time_zone") or TIME_ZONE
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise refusal("time_zone", name=name) from None


def _source_of(
    document: etree._Element,
    model: etree._Element,
    root: etree._Element,
    media: Mapping[str, bytes],
) -> _Source:
    wording = wording_of(model)
    body = document.find("{*}body")
    elements = [] if body is None else list(body.iter("{*}*"))
    return _Source(
        root_path="/" + local_name(root),
        binds={_place(bind): {str(k): str(v) for k, v in bind.items()} for bind in _binds(model)},
        controls={_place(e): e for e in elements if local_name(e) in _CONTROLS},
        groups={_place(e): e for e in elements if local_name(e) == "group" and _place(e)},
        repeats={_place(e): e for e in elements if local_name(e) == "repeat"},
        wording=wording,
        lists=lists_of(model, media, wording),
    )


def _binds(model: etree._Element) -> list[etree._Element]:
    return model.findall("{*}bind")


def _place(element: etree._Element) -> str:
    return (element.get("nodeset") or element.get("ref") or "").strip()


def _bind(source: _Source, path: Path) -> Attributes:
    return source.binds.get(source.absolute(path), {})


def _group(node: etree._Element, path: Path, source: _Source) -> Group:
    place = source.absolute(path)
    bind = _bind(source, path)
    shown, repeat = source.groups.get(place), source.repeats.get(place)
    return Group(
        path=path,
        name=local_name(node),
        kind="group" if repeat is None else "repeat",
        role=bind.get(f"{SURVEY}role"),
        table=bind.get(f"{SURVEY}table"),
        number=bind.get(f"{SURVEY}number"),
        labels={} if shown is None else source.wording.of_element(shown.find("{*}label")),
        relevant=_expression(bind.get("relevant")),
        count=None if repeat is None else _expression(repeat.get(f"{JAVAROSA}count")),
        appearance=None if shown is None else shown.get("appearance"),
        children=_children(node, path, source),
    )


def _children(node: etree._Element, path: Path, source: _Source) -> tuple[Question | Group, ...]:
    """A repeat stands in the instance as a template and as a first entry: one of them counts."""
    first: dict[str, etree._Element] = {}
    for child in node:
        first.setdefault(local_name(child), child)
    return tuple(_part(child, (*path, name), source) for name, child in first.items())


def _part(node: etree._Element, path: Path, source: _Source) -> Question | Group:
    place = source.absolute(path)
    if len(node) or place in source.groups or place in source.repeats:
        return _group(node, path, source)
    return _question(node, path, source)


def _question(node: etree._Element, path: Path, source: _Source) -> Question:
    bind = _bind(source, path)
    control = source.controls.get(source.absolute(path))
    kind = None if control is None else local_name(control)
    choices = None if control is None else source.lists.source_of(control, path)
    required = _expression(bind.get("required"))
    words = source.wording
    return Question(
        path=path,
        name=path[-1],
        type=_type(bind.get("type", "string"), _asked(control)),
        control=kind,
        number=bind.get(f"{SURVEY}number"),
        role=bind.get(f"{SURVEY}role"),
        codes=_codes(bind.get(f"{SURVEY}codes", ""), source.absolute(path)),
        missing=frozenset(bind.get(f"{SURVEY}missing", "").split()),
        labels={} if control is None else words.of_element(control.find("{*}label")),
        hints={} if control is None else words.of_element(control.find("{*}hint")),
        required=required == "true()",
        required_expr=required if required not in (None, "true()", "false()") else None,
        required_messages=words.of_message(bind.get(f"{JAVAROSA}requiredMsg")),
        relevant=_expression(bind.get("relevant")),
        constraint=_expression(bind.get("constraint")),
        constraint_messages=words.of_message(bind.get(f"{JAVAROSA}constraintMsg")),
        calculate=_expression(bind.get("calculate")),
        readonly=_expression(bind.get("readonly")) == "true()",
        default=(node.text or "").strip() or None,
        appearance=None if control is None else control.get("appearance"),
        choices=choices.name if choices else None,
        choice_filter=choices.filter if choices else None,
        itemset=None if control is None else source.lists.itemset_of(control),
        bounds=_bounds(control) if kind == "range" else None,
        preload=_preload(bind),
        confirms=bind.get(f"{SURVEY}confirms"),
    )


def _bounds(control: etree._Element | None) -> Bounds | None:
    return None if control is None else Bounds(control.get("start"), control.get("end"))


def _asked(control: etree._Element | None) -> str | None:
    if control is None:
        return None
    return "select1" if is_external_select(control) else local_name(control)


def _type(bind_type: str, control: str | None) -> str:
    """Selects are plain strings in the bind; the control knows what they are."""
    if control in _ASKED_TYPES:
        return _ASKED_TYPES[control]
    name = bind_type.strip().removeprefix("xsd:")
    return _TYPE_NAMES.get(name, name)


def _codes(spelled: str, place: str) -> dict[str, str]:
    """ "male=1 female=2" says how this form's codes spell the values of the role."""
    codes: dict[str, str] = {}
    for pair in spelled.split():
        canonical, sign, code = pair.partition("=")
        if not (canonical and sign and code):
            raise refusal("role_codes", sheet=place, pair=pair)
        codes[canonical] = code
    return codes


def _preload(bind: Attributes) -> str | None:
    kind = bind.get(f"{JAVAROSA}preload")
    return None if kind is None else f"{kind} {bind.get(f'{JAVAROSA}preloadParams', '')}".strip()


def _expression(text: str | None) -> str | None:
    return (text.strip() or None) if text else None
