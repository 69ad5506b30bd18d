"""What a server lists: forms, files, deleted entities. One bad entry spoils a list.

https://docs.getodk.org/openrosa-form-list/ · https://docs.getodk.org/openrosa-entities/
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from survey_server.simulator.collect.problems import Failed

LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True, slots=True)
class ListedForm:
    form_id: str
    name: str
    version: str
    md5: str
    url: str
    manifest: str | None


@dataclass(frozen=True, slots=True)
class ListedFile:
    name: str
    md5: str
    url: str
    entities: bool
    integrity: str | None


def forms_in(document: bytes) -> list[ListedForm]:
    """Raises Failed."""
    root = _root(document, f"{{{LIST}}}xforms")
    return [_form(one) for one in root if one.tag == f"{{{LIST}}}xform"]


def _form(element: etree._Element) -> ListedForm:
    told = _told(element, LIST)
    return ListedForm(
        form_id=_needed(told, "formID"),
        name=_needed(told, "name"),
        version=told.get("version", ""),
        md5=_sum(told),
        url=_needed(told, "downloadUrl"),
        manifest=told.get("manifestUrl"),
    )


def files_in(document: bytes) -> list[ListedFile]:
    """Raises Failed."""
    root = _root(document, f"{{{MANIFEST}}}manifest")
    return [_file(one) for one in root if one.tag == f"{{{MANIFEST}}}mediaFile"]


def _file(element: etree._Element) -> ListedFile:
    told = _told(element, MANIFEST)
    name = _needed(told, "filename")
    if "/" in name or name in (".", ".."):
        raise Failed(f"a file outside its folder: {name}")
    return ListedFile(
        name=name,
        md5=_sum(told),
        url=_needed(told, "downloadUrl"),
        entities=element.get("type") == "entityList",
        integrity=told.get("integrityUrl"),
    )


def deleted_in(document: bytes) -> Iterator[str]:
    """Ids of the entities that have left. Raises Failed."""
    for one in _root(document, "data").iterfind("entities/entity"):
        if one.findtext("deleted") == "true":
            yield one.get("id", "")


def sentence_of(body: bytes) -> str:
    """Of an OpenRosaResponse; blank where there is none."""
    try:
        root = _parsed(body)
    except etree.XMLSyntaxError:
        return ""
    if root.tag != f"{{{RESPONSE}}}OpenRosaResponse":
        return ""
    return root.findtext(f"{{{RESPONSE}}}message", "")


def _root(document: bytes, tag: str) -> etree._Element:
    try:
        root = _parsed(document)
    except etree.XMLSyntaxError:
        raise Failed("a list that is no XML") from None
    if root.tag != tag:
        raise Failed(f"a list that begins with {root.tag}")
    return root


def _parsed(document: bytes) -> etree._Element:
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))


def _told(element: etree._Element, namespace: str) -> dict[str, str]:
    """Texts that are not blank, by the names of the namespace."""
    found = {}
    for child in element:
        name, text = str(child.tag), (child.text or "").strip()
        if text and name.startswith(f"{{{namespace}}}"):
            found[name.rpartition("}")[2]] = text
    return found


def _needed(told: dict[str, str], name: str) -> str:
    if name not in told:
        raise Failed(f"an entry without {name}")
    return told[name]


def _sum(told: dict[str, str]) -> str:
    kind, _, value = _needed(told, "hash").partition(":")
    if kind != "md5" or len(value) != 32:
        raise Failed("a sum that is no MD5")
    return value
