"""What the XML of a submission says of itself, before anybody reads its answers.

    <data id="form" version="v"> … <meta>
        <instanceID>uuid:…</instanceID>         its own id
        <deprecatedID>uuid:…</deprecatedID>     of an edit: that of the submission that it replaces
        <entity id="…"/>                        of an interview that began with a unit on a list
    </meta></data>

Meta may be in the form's own namespace or in OpenRosa's; here, only local names are looked at. A
form without an id is known by its namespace.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from lxml import etree

from survey_server import problems
from survey_server.domain.intake.items import Item
from survey_server.domain.safe_xml import XmlRefused, local_name, namespace_of, parse_bounded

MOST_ELEMENTS = 10_000
# The standard asks for no less.
LONGEST_ID = 249
_too_many = etree.XPath(f"count(//*) > {MOST_ELEMENTS}")
_UUID = re.compile(
    r"(?:(?:urn:)?uuid:)?\s*(\{)?"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?(1)\})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Instance:
    """`replaces` is the submission that an edit is of; `entity` the unit that was chosen."""

    xml: bytes
    root: etree._Element
    instance_id: uuid.UUID
    form_id: str
    form_version: str
    replaces: uuid.UUID | None
    entity: uuid.UUID | None


def read_instance(xml: bytes, max_bytes: int) -> Instance:
    """Raises NulNotAllowed, XmlInvalid, TooManyKeys, FormIdMissing or InstanceIdInvalid."""
    if b"\x00" in xml:
        raise problems.NulNotAllowed()
    try:
        root = parse_bounded(xml, max_bytes)
    except XmlRefused:
        raise problems.XmlInvalid() from None
    # An honest form has hundreds; each takes four bytes at least.
    if len(xml) > 4 * MOST_ELEMENTS and _too_many(root):
        raise problems.TooManyKeys()
    form_id, version = root.get("id") or namespace_of(root), root.get("version", "")
    if not 0 < len(form_id) <= LONGEST_ID or len(version) > LONGEST_ID:
        raise problems.FormIdMissing()
    meta = _meta(root)
    instance_id = _id(meta.get("instanceID"))
    if instance_id is None:
        raise problems.InstanceIdInvalid()
    replaces = _id(meta.get("deprecatedID"))
    return Instance(
        xml=xml,
        root=root,
        instance_id=instance_id,
        form_id=form_id,
        form_version=version,
        replaces=replaces if replaces != instance_id else None,
        entity=_entity(meta.get("entity")),
    )


def item_of(instance: Instance, unit: str | None, finished: datetime | None) -> Item:
    """The submission of a batch of one.

    An edit knows only what it replaces, and comes with that for its interview. The digest is over
    what the XML itself says: which unit that is, the server may know better next time.
    """
    content = hashlib.sha256(instance.xml).hexdigest()
    interview = instance.replaces or instance.instance_id
    claims = [instance.form_id, instance.form_version, str(interview), 1, str(instance.replaces)]
    digest = hashlib.sha256(content.encode() + msgspec.json.encode([*claims, None, []])).digest()
    return Item(
        position=0,
        instance_id=instance.instance_id,
        form_id=instance.form_id,
        form_version=instance.form_version,
        interview_id=interview,
        revision=1,
        replaces=instance.replaces,
        unit=unit,
        sha256=content,
        digest=digest,
        finished_at=finished,
    )


def named_at(root: etree._Element, path: tuple[str, ...]) -> Iterator[str]:
    """The texts that are not blank at a path of names, in every entry of repeats on the way."""
    if not path:
        text = (root.text or "").strip()
        if text and not len(root):
            yield text
        return
    for child in root:
        if local_name(child) == path[0]:
            yield from named_at(child, path[1:])


def _meta(root: etree._Element) -> dict[str, etree._Element]:
    """The first of each name in the last meta."""
    meta = next((child for child in reversed(root) if local_name(child) == "meta"), None)
    found: dict[str, etree._Element] = {}
    for child in meta if meta is not None else ():
        found.setdefault(local_name(child), child)
    return found


def _id(element: etree._Element | None) -> uuid.UUID | None:
    """One UUID has one meaning, however it is spelled: in either case, with or without `uuid:`, in
    braces, without dashes. What goes on behind one (`uuid:…/1`) is another id, and what is no UUID
    may be the same on every tablet: neither is guessed at."""
    made = _uuid((element.text or "").strip()) if element is not None else None
    return made if made and made.int else None


def _entity(element: etree._Element | None) -> uuid.UUID | None:
    return _uuid(element.get("id", "")) if element is not None else None


def _uuid(text: str) -> uuid.UUID | None:
    found = _UUID.fullmatch(text)
    return uuid.UUID(found[2]) if found else None
