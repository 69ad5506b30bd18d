"""From a questionnaire's sheets to a description of what it asks."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from survey_server.domain.forms import (
    FormInvalid,
    Group,
    as_json,
    compile_folder,
    description_of,
)
from tests.domain.forms_at_hand import CENSUS_FORMS, FORM_FOLDER, household_form

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Old</h:title><model><instance><survey id="old" version="3">
<colour/><size/></survey></instance><bind nodeset="/survey/colour" type="select1"/>
<bind nodeset="/survey/size" type="xsd:int"/></model></h:head>
<h:body><select1 ref="/survey/colour"><label>Colour</label>
<item><label>Red</label><value>r</value></item></select1>
<input ref="/survey/size"><label>Size</label></input></h:body></h:html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FORM_FOLDER, tmp_path / "household"))


def test_a_version_is_named_by_its_content(folder: Path) -> None:
    assert compile_folder(folder).version == household_form().version
    assert len(household_form().version) == 12
    choices = folder / "choices.csv"
    choices.write_text(choices.read_text().replace("Vắng", "Đi vắng"))
    assert compile_folder(folder).version != household_form().version


def test_a_change_of_a_media_file_makes_another_version(folder: Path) -> None:
    with (folder / "ethnic.csv").open("a") as file:
        file.write("05,Khmer,Khmer\n")
    assert compile_folder(folder).version != household_form().version


def test_the_xform_carries_the_version_and_is_the_same_in_every_process() -> None:
    form = household_form()
    assert f'version="{form.version}"'.encode() in form.xform
    script = (
        "import sys, hashlib; from pathlib import Path;"
        "from survey_server.domain.forms import compile_folder;"
        "print(hashlib.sha256(compile_folder(Path(sys.argv[1])).xform).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(FORM_FOLDER)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(CENSUS_FORMS.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_decomposed_vietnamese_in_a_sheet_is_composed(folder: Path) -> None:
    sheet = folder / "choices.csv"
    sheet.write_text(sheet.read_text().replace("Đã phỏng vấn", "Đã pho\u0309ng va\u0302\u0301n"))
    assert compile_folder(folder).version == household_form().version


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("survey.csv", "${sex} = '2'", "${gender} = '2'", "gender"),
        ("survey.csv", "select_one sex,", "select_one gender,", "gender"),
        ("survey.csv", "male=1 female=2", "male:1", "male:1"),
        ("survey.csv", "integer,age,", "integer,sex,", "sex"),
        ("settings.csv", "household_test", "", "form_id"),
        ("choices.csv", "sex,1,Nam,Male", "sex,1,Nam,Male,too,many", "choices, row 10"),
    ],
)
def test_a_mistake_in_a_sheet_is_told(
    folder: Path, file: str, before: str, after: str, said: str
) -> None:
    sheet = folder / file
    text = sheet.read_text()
    assert before in text
    sheet.write_text(text.replace(before, after))
    with pytest.raises(FormInvalid, match=said):
        compile_folder(folder)


def test_a_list_whose_file_is_missing_is_told_by_name(folder: Path) -> None:
    (folder / "ethnic.csv").unlink()
    with pytest.raises(FormInvalid, match=r"ethnic\.csv"):
        compile_folder(folder)


def test_a_folder_without_a_survey_is_no_form(tmp_path: Path) -> None:
    with pytest.raises(FormInvalid, match=r"survey\.csv"):
        compile_folder(tmp_path)


def test_a_sheet_that_is_not_utf8_is_told(folder: Path) -> None:
    (folder / "choices.csv").write_bytes("list_name,name\nsex,Nữ".encode("utf-16"))
    with pytest.raises(FormInvalid, match="UTF-8"):
        compile_folder(folder)


def test_a_question_is_described_with_its_meaning() -> None:
    question = household_form().description.question("person/sex")
    assert question.type == "select1"
    assert (question.number, question.role) == ("C03", "person.sex")
    assert question.codes == {"male": "1", "female": "2"}
    assert question.required
    assert question.labels["vi"] == "${full_name} là nam hay nữ?"
    assert question.labels["en"] == "Is ${full_name} male or female?"


def test_rules_words_and_special_values_come_along() -> None:
    description = household_form().description
    month, size = description.question("person/birth_month"), description.question("household_size")
    assert month.missing == {"98"}
    assert size.constraint == ". > 0"
    assert size.constraint_messages == {"vi": "Ít nhất một người", "en": "At least one person"}
    name = description.question(("person", "full_name"))
    assert name.hints["en"] == "With all diacritics"
    assert name.required_messages["vi"] == "Phải có tên"
    assert description.question("person/age").relevant == "../birth_year  = 9998"


def test_the_tree_has_groups_repeats_and_repeats_within() -> None:
    groups = {"/".join(g.path): g for g in household_form().description.groups()}
    assert groups["person"].kind == "repeat"
    assert (groups["person"].table, groups["person"].count) == ("person", "/data/household_size")
    assert (groups["person/woman"].kind, groups["person/woman"].table) == ("group", "woman")
    assert groups["person/woman"].appearance == "field-list"
    assert groups["person/woman/birth"].kind == "repeat"
    assert groups["person/woman/birth"].labels["en"] == "Birth"


def test_choices_come_from_the_form_and_from_files_in_both_languages() -> None:
    description = household_form().description
    sexes = description.choices_of(description.question("person/sex"))
    assert sexes is not None
    assert [(c.value, c.labels["vi"], c.labels["en"]) for c in sexes] == [
        ("1", "Nam", "Male"),
        ("2", "Nữ", "Female"),
    ]
    groups = description.choices_of(description.question("person/ethnic_group"))
    assert groups is not None
    assert groups[2].labels == {"vi": "Mông", "en": "Hmong"}


def test_a_list_whose_file_is_not_at_hand_is_unknown_not_empty() -> None:
    description = description_of(household_form().xform)
    assert description.choices_of(description.question("person/ethnic_group")) is None


def test_roles_find_questions_and_repeats() -> None:
    description = household_form().description
    person, name = description.by_role("person"), description.by_role("person.name")
    assert isinstance(person, Group)
    assert name is not None
    assert name.path == ("person", "full_name")
    assert description.by_role("household.address") is None


def test_an_xform_made_elsewhere_is_described() -> None:
    description = description_of(XFORM.encode())
    assert (description.form_id, description.version) == ("old", "3")
    assert description.root.name == "survey"
    colour = description.question("colour")
    choices = description.choices_of(colour)
    assert choices is not None
    assert [(c.value, c.labels) for c in choices] == [("r", {"default": "Red"})]
    assert description.question("size").type == "int"


@pytest.mark.parametrize(
    "xform",
    [
        b"",
        b"not xml",
        b"<html/>",
        XFORM.replace('id="old"', "").encode(),
        XFORM.encode()[:200],
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + XFORM.encode(),
    ],
)
def test_what_is_no_xform_is_refused(xform: bytes) -> None:
    with pytest.raises(FormInvalid):
        description_of(xform)


def test_the_description_can_be_written_as_json() -> None:
    told = json.loads(json.dumps(as_json(household_form().description)))
    person = next(part for part in told["questions"] if part["name"] == "person")
    assert (person["kind"], person["table"]) == ("repeat", "person")
    sex = next(part for part in person["children"] if part["name"] == "sex")
    assert (sex["type"], sex["choices"], sex["required"]) == ("select1", "sex", True)
    assert told["choice_lists"]["sex"][1]["label"]["vi"] == "Nữ"
    assert "constraint" not in sex


@pytest.mark.parametrize("name", ["census_2024_short", "census_2024_long"])
def test_the_census_forms_are_understood(name: str) -> None:
    form = compile_folder(CENSUS_FORMS / name)
    description = form.description
    assert description.form_id == name
    assert description.languages == ("vi", "en")
    for role in ("unit.code", "visit.result", "household.size", "person", "person.name"):
        assert description.by_role(role) is not None, role
    for question in description.questions():
        if question.control in ("select1", "select"):
            # The households come from the server, not with the form.
            listed = question.name == "listed_household"
            assert listed or description.choices_of(question), question.path
        known = {choice.value for choice in description.choices_of(question) or ()}
        assert not known or set(question.codes.values()) <= known, question.path
