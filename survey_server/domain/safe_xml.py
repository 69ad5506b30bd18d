"""XML from outside: forms and interviews, parsed within bounds.

No document type, no entity is resolved, nothing is fetched, and the size and the depth have limits,
so that a hostile file costs no more than an honest one.
"""

import threading

from lxml import etree

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64

_of_this_thread = threading.local()


class XmlRefused(ValueError):
    """The bytes are not XML that we read; says why."""


def parse_bounded(xml: bytes, max_bytes: int = MAX_BYTES) -> etree._Element:
    if len(xml) > max_bytes:
        raise XmlRefused(f"larger than {max_bytes} bytes")
    try:
        root = etree.fromstring(xml, _parser_of_this_thread())
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise XmlRefused(f"not well-formed XML: {fault}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("a document type is not accepted")
    _check_depth(root)
    return root


def local_name(element: etree._Element) -> str:
    tag = str(element.tag)
    return tag.rpartition("}")[2]


def namespace_of(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def _parser_of_this_thread() -> etree.XMLParser:
    """A parser serves one document after another, but only one at a time."""
    parser: etree.XMLParser | None = getattr(_of_this_thread, "parser", None)
    if parser is None:
        parser = _of_this_thread.parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    return parser


_too_deep = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


def _check_depth(root: etree._Element) -> None:
    if _too_deep(root):
        raise XmlRefused(f"nested deeper than {MAX_DEPTH} levels")
