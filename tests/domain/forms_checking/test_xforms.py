"""A ready XForm has no sheets; its rules are judged all the same."""

from survey_server.domain.forms import description_of
from survey_server.domain.forms.checking import check_workbook, problems_of_form
from survey_server.domain.forms.sheets import Workbook

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Old</h:title><model><instance><survey id="old" version="3">
<colour/><size/><total/><twice/></survey></instance>
<bind nodeset="/survey/colour" type="select1" relevant="/survey/sise &gt; 1"/>
<bind nodeset="/survey/size" type="xsd:int" constraint=". &gt; 1 and" required="foo()"/>
<bind nodeset="/survey/total" type="int" calculate="/survey/twice + 1"/>
<bind nodeset="/survey/twice" type="int" calculate="/survey/total * 2"/>
</model></h:head>
<h:body><select1 ref="/survey/colour"><label>Colour</label>
<item><label>Red</label><value>r</value></item></select1>
<input ref="/survey/size"><label>Size</label></input></h:body></h:html>"""

EXPECTED = [
    ("path_nowhere", "relevant", "colour"),
    ("xpath_syntax", "constraint", "size"),
    ("unknown_function", "required", "size"),
    ("cycle", "calculate", "total"),
]


def test_the_rules_of_an_xform_are_judged_by_question_and_attribute() -> None:
    problems = problems_of_form(description_of(XFORM.encode()))
    told = [(problem.code, problem.column, problem.question) for problem in problems]
    assert sorted(told) == sorted(EXPECTED)


def test_an_uploaded_xform_is_told_the_same() -> None:
    workbook = Workbook(sheets={}, media={}, xform=XFORM.encode())
    assert {problem.code for problem in check_workbook(workbook)} == {
        code for code, _, _ in EXPECTED
    }


def test_what_is_no_xform_is_a_problem_and_no_exception() -> None:
    workbook = Workbook(sheets={}, media={}, xform=b"<html/>")
    assert [problem.severity for problem in check_workbook(workbook)] == ["error"]
