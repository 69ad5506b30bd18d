"""The forms of the survey of the 53 ethnic minorities ask what it is about, as the census asks it.

What the survey takes over from the census is held to the census's long form: same names, words,
lists and rules, with the reference time moved from 1 April to 1 July 2024.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from survey_server.domain.forms.compiling import CompiledForm, compile_folder
from survey_server.domain.forms.parts import Group, Question
from survey_server.domain.frame.checking import AreaOnFile, area_mistakes
from survey_server.domain.frame.reading import read_areas, read_units
from survey_server.domain.frame.surveys import read_survey
from tests.forms.reference_time import moved

FORMS = Path(__file__).parents[2] / "forms"
FRAMES = Path(__file__).parents[2] / "survey_server" / "frames"
CENSUS, HOUSEHOLD, COMMUNE = "census_2024_long", "ethnic_2024_household", "ethnic_2024_commune"
BOTH = [HOUSEHOLD, COMMUNE]

# Numbers of the census's questionnaire, then the survey's own; C65A-M and the like are written out.
AS_IN_THE_CENSUS = """
    MATINH MAHUYEN MAXA MATHON MADIABAN TTNT HOSO TENCHUHO DIACHI DIENTHOAI
    PHUONGPHAPDIEUTRA TINHTRANGHO Q1a Q1b Q2a Q2b Q3a Q4a Q5 Q6
    C01 C02 C03 C4T C4N C05 C06A C06C C07A C07C
    C09 C10A C10B C11 C12 C12X M1 M1A M1B C13A C13B C13C C13D C13E C13F
    C14 C15 C16 C17 C18 KT2 C19 KT3 C20 C21T C21N C22
    C34 C35A C35B C36A C36B C37A C37B C38T C38N C39A C39B C40A C40B C41 C41X
    C42 C43 C44 C45T C45N C46T C46N C47 C48 C48X C49 C49X
    C50 C51 C52 C52A C52B C53A C53B C54 C55 C56 C57 C58A C58B C59 C60 C60B
    C61 C61X C62 C62X C63 C63X C64
    C65A C65B C65C C65D C65E C65F C65G C65H C65I C65J C65K C65L
""".split()
OF_THE_CENSUS_OF_2019 = """
    C23 C24 C25 C26 C26A C26M C27 C27A C27M C28 C29A C29B C29C C30 C31 C32 C32X C33
""".split()
ASKED_OF_HOUSEHOLDS_ONLY_HERE = """
    H_KV H_LOAIDB H_PHIENDICH H_NGONNGU
    D08 D09 D10 D11A D11B D11C D12 D13 D13X D14A D14B D14C D15 D16 D16A
    D17A D17B D18 D18X D19 D19X D20 D20X D21 C65M
    D22A D22B D23 D23A D23B D23C D23D D23E D24A D24B D24C D25A D25B
    D26 D26A D26B D26C D26D D26E D26F D27A D27B D28 D29A D29B
    D30 D30A D30B D30C D30D D30E D30F D30G D31A D31B D31C
""".split()
ASKED_OF_COMMUNES = """
    MATINH MAHUYEN MAXA TTNT DIENTHOAI PHUONGPHAPDIEUTRA H_KV X00 X00A X00B
    X01 X01A X01B X01C X01D X01E X01F X02 X02A X02B X03A X03B X04
    X05 X05A X05B X05C X05D X05E X06A X06B X06C X06D X07 X07A X07B
    X08 X08A X08B X08C X08D X08E X08F X08G X08H X08I X08J X09 X09A X09B X09C X09D
    X10 X10A X10B X10C X10D X11 X11A X11B X11C X11D X11E X11F X11G X11H X11I X11J X11K
    X12 X12A X12B X12C X12D X13 X13A X13B X13C X14 X14A X14B X14C X14D X14E
    X15 X15A X15B X15C X15D
""".split()
NUMBERS = {
    HOUSEHOLD: AS_IN_THE_CENSUS + OF_THE_CENSUS_OF_2019 + ASKED_OF_HOUSEHOLDS_ONLY_HERE,
    COMMUNE: ASKED_OF_COMMUNES,
}
ROLES = {
    HOUSEHOLD: """
        unit.code unit.area unit.number visit.result visit.mode visit.started visit.finished
        visit.location interview.interpreter interview.language household.size household.address
        household.phone household.head_name person person.line person.name person.alias
        person.sex person.birth_month person.birth_year person.age person.relation
        person.ethnicity woman death identity dwelling.described dwelling.representative
    """.split(),
    COMMUNE: "unit.code unit.area visit.result visit.mode visit.started visit.finished".split(),
}

# A census question that the survey must ask otherwise, and what differs.
DIFFERING = {
    "identification/visit_result": {"codes"},
    # Held to be known for every interview here, and asked at its beginning.
    "interview/interpreter_used": {"number", "required", "default"},
    "interview/spoken_language": {"number", "required", "default", "labels"},
}
DIFFERING_GROUPS = {
    "interview": {"labels"},
    "person/migration": {"number"},
    "person/marriage": {"labels", "relevant"},
}


@cache
def form(form_id: str) -> CompiledForm:
    return compile_folder(FORMS / form_id)


def parts(form_id: str) -> list[Question | Group]:
    description = form(form_id).description
    return [*description.questions(), *description.groups()]


@pytest.mark.parametrize("form_id", BOTH)
def test_a_form_compiles_without_a_warning(form_id: str) -> None:
    compiled = form(form_id)
    assert compiled.form_id == form_id
    assert compiled.warnings == ()


@pytest.mark.needs("java")
@pytest.mark.parametrize("form_id", BOTH)
def test_the_engine_inside_odk_collect_accepts_the_form(form_id: str, tmp_path: Path) -> None:
    from pyxform.validators.odk_validate import check_xform

    published = tmp_path / f"{form_id}.xml"
    published.write_bytes(form(form_id).xform)
    assert check_xform(str(published)) == []


@pytest.mark.parametrize("form_id", BOTH)
def test_a_form_has_every_number_of_its_questionnaire_once(form_id: str) -> None:
    numbers = [part.number for part in parts(form_id) if part.number]
    assert sorted(numbers) == sorted(NUMBERS[form_id])


@pytest.mark.parametrize("form_id", BOTH)
def test_every_question_has_the_same_words_slots_in_both_languages(form_id: str) -> None:
    for part in parts(form_id):
        assert part.labels.keys() in (set(), {"vi", "en"}), part.path
        if isinstance(part, Question):
            assert part.hints.keys() in (set(), {"vi", "en"}), part.path
            assert part.constraint_messages.keys() in (set(), {"vi", "en"}), part.path
            assert part.labels or part.calculate or part.preload or "meta" in part.path, part.path
        else:
            assert part.labels or part.name == "meta", part.path


@pytest.mark.parametrize("form_id", BOTH)
def test_every_constraint_says_in_words_what_it_wants(form_id: str) -> None:
    silent = [
        question.path
        for question in form(form_id).description.questions()
        if question.constraint and not question.constraint_messages
    ]
    assert silent == []


@pytest.mark.parametrize("form_id", BOTH)
def test_choices_are_labelled_in_both_languages_and_have_a_code_once(form_id: str) -> None:
    for name, choices in form(form_id).description.choice_lists.items():
        codes = [choice.value for choice in choices]
        assert len(codes) == len(set(codes)), name
        if name not in ("provinces", "districts"):
            assert all(choice.labels.keys() == {"vi", "en"} for choice in choices), name


@pytest.mark.parametrize("form_id", BOTH)
def test_everything_in_the_sheets_is_nfc_and_has_no_icelandic_letter(form_id: str) -> None:
    for sheet in (FORMS / form_id).glob("*.csv"):
        text = sheet.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), sheet
        assert not re.search("[\u00d0\u00f0\u0189]", text), sheet


@pytest.mark.parametrize("form_id", BOTH)
def test_the_roles_that_the_server_reads_are_there(form_id: str) -> None:
    description = form(form_id).description
    assert [role for role in ROLES[form_id] if not description.by_role(role)] == []


@pytest.mark.parametrize("form_id", BOTH)
def test_the_codes_of_a_role_are_codes_of_its_list(form_id: str) -> None:
    description = form(form_id).description
    for question in description.questions():
        if question.codes:
            listed = [choice.value for choice in description.choices_of(question) or ()]
            assert list(question.codes.values()) == listed, question.path


def test_a_household_has_tables_for_persons_women_and_deaths() -> None:
    tables = {part.table: part.kind for part in form(HOUSEHOLD).description.groups() if part.table}
    assert tables == {"person": "repeat", "woman": "group", "death": "repeat"}


def test_a_commune_has_tables_of_its_own_and_no_persons() -> None:
    description = form(COMMUNE).description
    assert {part.table: part.kind for part in description.groups() if part.table} == {
        "commune": "group",
        "commune_school": "repeat",
        "commune_cadre": "repeat",
        "commune_ethnic_group": "repeat",
    }
    assert description.by_role("person") is None


def test_households_without_a_minority_member_are_asked_nothing_more() -> None:
    description = form(HOUSEHOLD).description
    result = description.by_role("visit.result")
    assert isinstance(result, Question)
    assert result.codes["not_eligible"] == "7"
    asked = [part for part in description.root.children if isinstance(part, Group)]
    open_to_all = [part.name for part in asked if not part.relevant]
    assert open_to_all == ["identification", "person", "meta"]


def test_all_54_groups_can_be_told_and_the_interview_held_in_any_of_their_languages() -> None:
    lists = form(HOUSEHOLD).description.choice_lists
    groups = [f"{number:02d}" for number in range(1, 55)]
    assert [choice.value for choice in lists["language"]] == [*groups, "55"]
    assert [choice.value for choice in lists["ethnic"]] == [*groups, "55", "99"]


@pytest.mark.parametrize("name", ["HƯƠNG", "Ŭt", "H'Ĕč", "K’Brõ", "Rơ-Ông", "Fjw Zñ", "Páo"])
def test_a_name_may_be_one_word_and_have_letters_that_kinh_names_lack(name: str) -> None:
    refused = _refused_letters("person/full_name")
    assert not refused & set(name)
    assert form(HOUSEHOLD).description.question("person/other_name").required is False


def _refused_letters(path: str) -> set[str]:
    constraint = form(HOUSEHOLD).description.question(path).constraint or ""
    found = re.search(r"regex\(\s*\.\s*,\s*'\.\*(\[.*\])\.\*'", constraint)
    assert found, constraint
    return {chr(code) for code in range(0x20, 0x2100) if re.fullmatch(found[1], chr(code))}


def test_a_question_of_the_census_is_the_same_here_but_for_the_reference_time() -> None:
    census = {part.path: part for part in parts(CENSUS)}
    common = [part for part in parts(HOUSEHOLD) if part.path in census and part.name != "meta"]
    assert len(common) > 140
    for part in common:
        spelled, differing = "/".join(part.path), _differing(part)
        theirs = census[part.path]
        assert type(part) is type(theirs)
        for name in _compared(part) - differing:
            expected = moved(repr(getattr(theirs, name)))
            assert repr(getattr(part, name)) == expected, (spelled, name)
        for name in differing:
            assert getattr(part, name) != getattr(theirs, name), (spelled, name)


def _differing(part: Question | Group) -> set[str]:
    listed = DIFFERING if isinstance(part, Question) else DIFFERING_GROUPS
    return listed.get("/".join(part.path), set())


def _compared(part: Question | Group) -> set[str]:
    names = set(type(part).__dataclass_fields__)
    return names - {"children"} if isinstance(part, Group) else names


def test_lists_of_the_census_keep_their_codes_and_labels() -> None:
    census = form(CENSUS).description.choice_lists
    for name, choices in form(HOUSEHOLD).description.choice_lists.items():
        if name in census:
            added = {"visit_result": 1}.get(name, 0)
            assert choices[: len(choices) - added] == census[name], name


def test_nothing_speaks_of_the_census_or_of_april() -> None:
    for form_id in BOTH:
        for sheet in ("survey.csv", "checks.csv"):
            file = FORMS / form_id / sheet
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            assert not re.search("April|March|/4/2|31/3|Tổng điều tra|census", text), sheet


def test_an_other_that_is_chosen_asks_for_text() -> None:
    texts = [part for part in parts(HOUSEHOLD) if part.number and part.number.endswith("X")]
    assert len(texts) == 12
    for part in texts:
        assert isinstance(part, Question)
        assert (part.required, part.type) == (True, "string")
        assert part.relevant


def test_distances_have_one_decimal_and_are_within_200_km() -> None:
    for question in form(HOUSEHOLD).description.questions():
        if question.name.startswith("distance_"):
            assert question.type == "decimal"
            assert "<= 200" in (question.constraint or "")


def test_a_commune_is_one_unit_in_an_area_of_its_own() -> None:
    areas = read_areas(
        b"code,level,parent,name,form_id\n"
        b"02674,commune,080,Commune,\n"
        b"10-080-02674-000,ea,02674,Office,ethnic_2024_commune\n"
        b"10-080-02674-001,ea,02674,Village,ethnic_2024_household\n"
    )
    units = read_units(
        b"code,ea,address,head_name,listed_persons\n10-080-02674-000-001,10-080-02674-000,,,\n"
    )
    survey, mistakes = read_survey((FRAMES / "ethnic_2024.json").read_bytes())
    assert survey
    assert mistakes == areas.mistakes == units.mistakes == []
    assert area_mistakes(areas, survey.levels, {"080": AreaOnFile(1, 3)}) == []
    code = form(COMMUNE).description.by_role("unit.code")
    assert isinstance(code, Question)
    assert re.search(r"regex\(., '(.*)'\)", code.constraint or "")
    assert re.fullmatch(re.findall("'(.*)'", code.constraint or "")[0], units.rows[0].code)


def test_the_survey_brings_both_of_its_forms() -> None:
    survey, _ = read_survey((FRAMES / "ethnic_2024.json").read_bytes())
    assert survey
    assert sorted(survey.forms) == sorted(BOTH)
    assert (survey.starts_on.isoformat(), survey.timezone) == ("2024-07-01", "Asia/Ho_Chi_Minh")
