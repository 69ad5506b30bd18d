"""A ready XForm is taken as it is."""

import pytest

from survey_server.domain.forms import FormInvalid, compile_file, description_of
from tests.domain.forms_at_hand import household_form

XFORM = b"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<!-- made by hand --><h:head><h:title> Old </h:title><model><instance>
<survey id="old" version="3"><size/></survey></instance>
<bind nodeset="/survey/size" type="xsd:int"/></model></h:head>
<h:body><input ref="/survey/size"><label>Size</label></input></h:body></h:html>"""
CHECKS = "id,severity,question,condition,message\nC1,error,size,${size} > 9,Quá lớn\n".encode()


def test_its_bytes_id_title_and_version_are_kept() -> None:
    form = compile_file("old.xml", XFORM)
    assert form.xform == XFORM
    assert (form.form_id, form.version, form.title) == ("old", "3", "Old")


def test_what_pyxform_made_is_taken_with_its_media() -> None:
    made = household_form()
    form = compile_file("household.xml", made.xform, made.media)
    assert form.xform == made.xform
    assert form.version == made.version
    question = form.description.question("person/ethnic_group")
    assert form.description.choices_of(question)


def test_one_without_a_version_gets_one_by_its_content() -> None:
    plain = XFORM.replace(b' version="3"', b"")
    form, again = compile_file("a.xml", plain), compile_file("b.xml", plain)
    assert (form.version, form.xform) == (again.version, again.xform)
    assert len(form.version) == 12
    assert description_of(form.xform).version == form.version
    other = compile_file("a.xml", plain.replace(b"Size", b"Length"))
    assert other.version != form.version


def test_checks_come_as_a_file_of_their_own() -> None:
    form = compile_file("old.xml", XFORM, checks=CHECKS)
    assert [check.condition for check in form.description.checks] == ["/survey/size > 9"]
    with pytest.raises(FormInvalid, match="nothing"):
        compile_file("old.xml", XFORM, checks=CHECKS.replace(b"${size}", b"${nothing}"))


def test_its_rules_are_judged_as_those_of_a_workbook() -> None:
    bind = b'<bind nodeset="/survey/size" type="xsd:int" '
    for rule in (b'constraint=". &gt; "', b'relevant="/survey/no = 1"', b'calculate="nope(.)"'):
        broken = XFORM.replace(b'<bind nodeset="/survey/size" type="xsd:int"', bind + rule)
        with pytest.raises(FormInvalid) as refused:
            compile_file("old.xml", broken)
        assert {one.question for one in refused.value.problems} == {"size"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        XFORM[:-20],
        XFORM.replace(b"instance>", b"thing>"),
        XFORM.replace(b' id="old"', b""),
        XFORM.replace(b"<h:html", b"<!DOCTYPE a [<!ENTITY b 'c'>]><h:html", 1),
        XFORM.replace(b"<size/>", b"<a>" * 100 + b"</a>" * 100),
        XFORM.replace(b"<bind ", b'<instance id="x" src="http://other.example/x.xml"/><bind '),
        XFORM.replace(b"<bind ", b'<instance id="x" src="file:///etc/passwd"/><bind '),
        b"\0" * 100,
    ],
)
def test_what_is_no_xform_or_reads_elsewhere_is_refused(content: bytes) -> None:
    with pytest.raises(FormInvalid) as refused:
        compile_file("form.xml", content)
    assert refused.value.problems
