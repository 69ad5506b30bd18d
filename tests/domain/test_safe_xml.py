"""Hostile XML costs no more than an honest file."""

import pytest

from survey_server.domain.safe_xml import XmlRefused, parse_bounded

LAUGHS = (
    "<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    + "]><a>&l9;</a>"
)


@pytest.mark.parametrize(
    "xml",
    [
        LAUGHS,
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>",
        "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>&f;</a>",
        "<!DOCTYPE a [<!ENTITY f 'x'>]><a b='&f;'/>",
        "<!-- <b> --><!DOCTYPE a><a/>",
        "<a>" * 100 + "</a>" * 100,
        "<a>" * 5000 + "</a>" * 5000,
        "<a>&undefined;</a>",
        "<a>\u0000</a>",
        "<a><b></a>",
        "",
    ],
)
def test_it_is_refused(xml: str) -> None:
    with pytest.raises(XmlRefused):
        parse_bounded(xml.encode())


def test_a_larger_file_than_allowed_is_refused_unread() -> None:
    with pytest.raises(XmlRefused, match="larger"):
        parse_bounded(b"<a/>" + b" " * 100, max_bytes=50)


def test_what_only_looks_like_a_document_type_is_text() -> None:
    assert parse_bounded(b"<a><![CDATA[<!DOCTYPE b>]]></a>").text == "<!DOCTYPE b>"
