"""A ready XForm, made by another tool: its version, and giving it one.

The bytes are kept as they came, because tablets compare forms by their digest. Only where there is
no version is one written into the root of the interview, so that it returns with every interview.
"""

from lxml import etree

from survey_server.domain.forms.problem_texts import refusal
from survey_server.domain.safe_xml import XmlRefused, parse_bounded


def version_of(xform: bytes) -> str | None:
    return (_interview(xform).get("version") or "").strip() or None


def with_version(xform: bytes, version: str) -> bytes:
    interview = _interview(xform)
    if (interview.get("version") or "").strip():
        return xform
    interview.set("version", version)
    return etree.tostring(interview.getroottree(), encoding="UTF-8", xml_declaration=True)


def _interview(xform: bytes) -> etree._Element:
    """The root of the first instance: what an interview begins as."""
    try:
        document = parse_bounded(xform)
    except XmlRefused as refused:
        raise refusal("xform_broken", fault=refused) from None
    instance = document.find("{*}head/{*}model/{*}instance")
    root = None if instance is None else next(iter(instance), None)
    if root is None:
        raise refusal("xform_broken", fault="head/model/instance")
    return root
