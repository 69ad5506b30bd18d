"""The census forms ask what the questionnaire asks, alike in both, in two languages."""

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from survey_server.domain.forms.compiling import CompiledForm, compile_folder
from survey_server.domain.forms.parts import Group, Question
from survey_server.domain.logic import Context, compile_expression, new_document

FORMS = Path(__file__).parents[2] / "forms"
SHORT, LONG = "census_2024_short", "census_2024_long"

# Numbers of the questionnaire; C65A-L and the like are written out.
ASKED_BY_BOTH = """
    MATINH MAHUYEN MAXA MATHON MADIABAN TTNT HOSO TENCHUHO DIACHI DIENTHOAI LOAIPHIEU
    PHUONGPHAPDIEUTRA TINHTRANGHO Q1a Q1b Q2a Q2b Q3a Q4a Q5 Q6
    C01 C02 C03 C4T C4N C05 C06A C06C C07A C07C KT1 C08 C14 C15 C16 C17 C18 KT2 C19 KT3 C20
    C50 C51 C52 C52A C52B C53A C53B C54 C55 C56 C57 C58A C58B
""".split()
ASKED_BY_LONG_ONLY = """
    C09 C10A C10B C11 C12 C12X M1 M1A M1B C13A C13B C13C C13D C13E C13F C21T C21N C22
    C34 C35A C35B C36A C36B C37A C37B C38T C38N C39A C39B C40A C40B C41 C41X
    C42 C43 C44 C45T C45N C46T C46N C47 C48 C48X C49 C49X
    C59 C60 C60B C61 C61X C62 C62X C63 C63X C64
    C65A C65B C65C C65D C65E C65F C65G C65H C65I C65J C65K C65L
""".split()
ROLES_OF_BOTH = """
    unit.code visit.result visit.started visit.finished visit.location household.size
    household.address household.phone household.head_name person person.line person.name
    person.alias person.sex person.birth_month person.birth_year person.age person.relation
    person.ethnicity identity interview.language interview.interpreter
    dwelling.described dwelling.representative
""".split()


@cache
def form(form_id: str) -> CompiledForm:
    return compile_folder(FORMS / form_id)


def parts(form_id: str) -> list[Question | Group]:
    description = form(form_id).description
    return [*description.questions(), *description.groups()]


def numbers(form_id: str) -> list[str]:
    return [part.number for part in parts(form_id) if part.number]


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_a_form_compiles_without_a_warning(form_id: str) -> None:
    compiled = form(form_id)
    assert compiled.form_id == form_id
    assert compiled.warnings == ()


@pytest.mark.needs("java")
@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_the_engine_inside_odk_collect_accepts_the_form(form_id: str, tmp_path: Path) -> None:
    from pyxform.validators.odk_validate import check_xform

    published = tmp_path / f"{form_id}.xml"
    published.write_bytes(compile_folder(FORMS / form_id).xform)
    assert check_xform(str(published)) == []


def test_the_short_form_has_the_numbers_of_the_short_questionnaire_and_no_others() -> None:
    assert sorted(numbers(SHORT)) == sorted(ASKED_BY_BOTH)


def test_the_long_form_has_every_number_of_the_questionnaire_once() -> None:
    assert sorted(numbers(LONG)) == sorted(ASKED_BY_BOTH + ASKED_BY_LONG_ONLY)


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_every_question_has_the_same_words_slots_in_both_languages(form_id: str) -> None:
    for part in parts(form_id):
        assert part.labels.keys() in (set(), {"vi", "en"}), part.path
        if isinstance(part, Question):
            assert part.hints.keys() in (set(), {"vi", "en"}), part.path
            assert part.constraint_messages.keys() in (set(), {"vi", "en"}), part.path
            assert part.labels or part.calculate or part.preload or "meta" in part.path, part.path
        else:
            assert part.labels or part.name == "meta", part.path


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_every_constraint_says_in_words_what_it_wants(form_id: str) -> None:
    silent = [
        question.path
        for question in form(form_id).description.questions()
        if question.constraint and not question.constraint_messages
    ]
    assert silent == []


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_choices_are_labelled_in_both_languages_and_have_a_code_once(form_id: str) -> None:
    for name, choices in form(form_id).description.choice_lists.items():
        codes = [choice.value for choice in choices]
        assert len(codes) == len(set(codes)), name
        if name not in ("provinces", "districts"):
            assert all(choice.labels.keys() == {"vi", "en"} for choice in choices), name


def test_everything_in_the_sheets_is_nfc_and_has_no_icelandic_letter() -> None:
    for sheet in FORMS.glob("*/*.csv"):
        text = sheet.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), sheet
        assert not re.search("[\u00d0\u00f0\u0189]", text), sheet


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_the_roles_that_the_server_reads_are_there(form_id: str) -> None:
    missing = [role for role in ROLES_OF_BOTH if not form(form_id).description.by_role(role)]
    assert missing == []


def test_the_long_form_has_tables_for_persons_women_and_deaths() -> None:
    tables = {part.table: part.kind for part in form(LONG).description.groups() if part.table}
    assert tables == {"person": "repeat", "woman": "group", "death": "repeat"}


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_the_codes_of_a_role_are_codes_of_its_list(form_id: str) -> None:
    description = form(form_id).description
    for role in ("visit.result", "person.sex", "person.relation"):
        question = description.by_role(role)
        assert isinstance(question, Question)
        listed = [choice.value for choice in description.choices_of(question) or ()]
        assert list(question.codes.values()) == listed


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_an_interview_is_held_in_vietnamese_without_interpreter_unless_said(form_id: str) -> None:
    description = form(form_id).description
    language = description.question("interview/spoken_language")
    interpreter = description.question("interview/interpreter_used")
    assert (language.role, language.default) == ("interview.language", "01")
    assert (interpreter.role, interpreter.default) == ("interview.interpreter", "2")
    assert not language.required
    assert not interpreter.required


def test_a_name_may_be_one_word_in_the_letters_of_any_people() -> None:
    rule = compile_expression(form(SHORT).description.question("person/full_name").constraint or "")
    document = new_document()
    context = Context(document, datetime(2024, 4, 1, tzinfo=UTC), UTC)

    def allowed(name: str) -> bool:
        return rule.as_truth(document.add("full_name", name), context)

    for name in ("Chin", "H'Hen Niê", "Rơ-ông", "Kpă H’Jŭ", "Ĕban Wñ Zfj", "Lê-vi Čil", "Ma Êñuôl"):
        assert allowed(name), name
    for name in ("Nam 2", "Lan (chị)", "Nguyễn V. An", "A&B", "Hà;", "{An}", "[An]", "An\\", 'An"'):
        assert not allowed(name), name


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_special_values_are_named_where_the_questionnaire_has_them(form_id: str) -> None:
    description = form(form_id).description
    months = [question for question in description.questions() if question.name.endswith("month")]
    assert all(question.missing == {"98"} for question in months if question.name != "death_month")
    assert description.question("person/birth_year").missing == {"9998"}


def test_a_common_question_is_the_same_in_both_forms() -> None:
    long = {part.path: part for part in parts(LONG)}
    for part in parts(SHORT):
        other = long[part.path]
        if isinstance(part, Question) and isinstance(other, Question):
            assert rules(part) == rules(other), part.path
        else:
            assert (part.labels, part.relevant, part.role, part.number) == (
                other.labels,
                other.relevant,
                other.role,
                other.number,
            )


def rules(question: Question) -> list[object]:
    """All but the default of the form's type, which is what tells the forms apart."""
    names = set(Question.__dataclass_fields__) - {"default"}
    return [(name, getattr(question, name)) for name in sorted(names)]


def test_common_lists_have_the_same_codes_and_labels_in_both_forms() -> None:
    long = form(LONG).description.choice_lists
    for name, choices in form(SHORT).description.choice_lists.items():
        assert choices == long[name]


def test_an_other_that_is_chosen_asks_for_text() -> None:
    texts = [part for part in parts(LONG) if part.number and part.number.endswith("X")]
    assert len(texts) == 7
    for part in texts:
        assert isinstance(part, Question)
        assert (part.required, part.type) == (True, "string")
        assert part.relevant


def test_the_districts_are_those_of_2024_and_each_lies_in_a_listed_province() -> None:
    instances = form(LONG).description.instances
    provinces = {row["name"] for row in instances["provinces"].rows or ()}
    districts = instances["districts"].rows or ()
    assert (len(provinces), len(districts)) == (63, 705)
    assert {row["province"] for row in districts} == provinces
    assert all(re.fullmatch("[0-9]{3}", row["name"]) for row in districts)
