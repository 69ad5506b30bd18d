"""The codebook of a dataset: what each column of each table holds, in both languages.

Made from the same description as the tables, so it cannot tell of a column that is not there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from survey_server.domain.flatten import Column, Table, tables_of
from survey_server.domain.forms.parts import Choice, FormDescription, Labels

# A list longer than this is told by its name and size.
MOST_CODES = 200


@dataclass(frozen=True, slots=True)
class CodebookRow:
    table: str
    variable: str
    number: str
    label_vi: str
    label_en: str
    type: str
    codes_vi: str
    codes_en: str
    missing: str
    forms: str
    role: str
    identifying: str


HEADER = tuple(field.name for field in fields(CodebookRow))

# The keys are the dataset's, not the questionnaire's.
_KEY_LABELS = {
    "interview_id": ("Mã cuộc phỏng vấn", "Interview"),
    "unit": ("Mã hộ", "Household code"),
}


def codebook_of(
    descriptions: Sequence[FormDescription],
    keys: Sequence[str] = ("interview_id", "unit"),
    identifying: bool = True,
) -> tuple[CodebookRow, ...]:
    """One row per column, in the order of tables_of with the same arguments."""
    tables = tables_of(descriptions, keys, identifying)
    held = {id(d): _columns_by_place(tables_of([d], keys)) for d in descriptions}
    return tuple(
        _row(table, column, [(d, c) for d in descriptions if (c := held[id(d)].get(place))])
        for table in tables
        for column in (*table.keys, *table.columns)
        for place in [(table.name, column.name)]
    )


def _columns_by_place(tables: Iterable[Table]) -> dict[tuple[str, str], Column]:
    return {
        (table.name, column.name): column
        for table in tables
        for column in (*table.keys, *table.columns)
    }


def _row(table: Table, column: Column, held: list[tuple[FormDescription, Column]]) -> CodebookRow:
    """`held` are the versions that have the column; what they call it, the last one decides."""
    label_vi, label_en = _labels(column, held)
    return CodebookRow(
        table=table.name,
        variable=column.name,
        number=_of_question(held, "number"),
        label_vi=label_vi,
        label_en=label_en,
        type=column.kind,
        codes_vi=_codes(held, "vi"),
        codes_en=_codes(held, "en"),
        missing=" ".join(sorted({m for _, c in held if c.question for m in c.question.missing})),
        forms="; ".join(f"{d.form_id} {d.version}" for d, _ in held),
        role=_of_question(held, "role") or ("key" if column.question is None else ""),
        identifying="1" if any(c.identifying for _, c in held) else "0",
    )


def _of_question(held: list[tuple[FormDescription, Column]], attribute: str) -> str:
    found = [getattr(column.question, attribute, None) for _, column in held]
    return next((value for value in reversed(found) if value), "")


def _labels(column: Column, held: list[tuple[FormDescription, Column]]) -> tuple[str, str]:
    question = held[-1][1].question if held else column.question
    if question is None:
        return _KEY_LABELS.get(column.name) or _label_of_key(column)
    choice = _choice(held[-1][0], column) if column.code is not None else None
    vi, en = (_in(question.labels, language) or question.name for language in ("vi", "en"))
    if choice is None:
        return vi, en
    return f"{vi}: {_in(choice.labels, 'vi')}", f"{en}: {_in(choice.labels, 'en')}"


def _label_of_key(column: Column) -> tuple[str, str]:
    """Places in repeats are counted; the other keys are the codes of the areas around."""
    if column.kind == "integer":
        return "Số thứ tự", "Number in order"
    return f"Mã đơn vị, cấp {column.name}", f"Area code, level {column.name}"


def _choice(description: FormDescription, column: Column) -> Choice | None:
    if column.question is None:
        return None
    question = description.question(column.question.path)
    choices = description.choices_of(question) or ()
    return next((choice for choice in choices if choice.value == column.code), None)


def _codes(held: list[tuple[FormDescription, Column]], language: str) -> str:
    """ "1=Nam; 2=Nữ", the codes of all versions together, the last one's words."""
    labels: dict[str, str] = {}
    for description, column in held:
        if column.code is not None:
            labels = {"0": _NO[language], "1": _YES[language]}
        elif column.question is not None:
            choices = description.choices_of(column.question) or ()
            labels |= {choice.value: _in(choice.labels, language) for choice in choices}
    if len(labels) > MOST_CODES:
        return _TOO_MANY[language].format(
            name=held[-1][1].question.choices if held[-1][1].question else "", count=len(labels)
        )
    return "; ".join(f"{code}={label}" for code, label in labels.items())


_NO = {"vi": "Không", "en": "No"}
_YES = {"vi": "Có", "en": "Yes"}
_TOO_MANY = {"vi": "danh mục {name}: {count} mã", "en": "list {name}: {count} codes"}


def _in(labels: Labels, language: str) -> str:
    """The wanted language, or the only one there is."""
    if language in labels:
        return labels[language]
    return next(iter(labels.values()), "") if "default" in labels else ""
