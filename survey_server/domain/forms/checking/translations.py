"""Words that are there in one language of the form and not in another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyxform import aliases

from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.table import Line, Table
from survey_server.domain.forms.checking.vocabulary import Column

# The language of a column that names none.
NO_LANGUAGE = "default"


def _subject(name: str | tuple[str, ...]) -> Column:
    return (name,) if isinstance(name, str) else tuple(name)


_SUBJECTS: Mapping[str, frozenset[Column]] = {
    "survey": frozenset(
        {("label",), ("hint",), ("guidance_hint",), ("bind", "jr:constraintMsg")}
        | {("bind", "jr:requiredMsg")}
    ),
    "choices": frozenset({("label",)}),
    "checks": frozenset({("message",)}),
}
_MEDIA = frozenset(
    {_subject(aliases.survey_header[name]) for name in ("image", "big-image", "audio", "video")}
)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is said in several columns: the column of each language."""

    columns: Mapping[str, Column]


def subjects_of(table: Table, default: str) -> list[Subject]:
    found: dict[Column, dict[str, Column]] = {}
    for column in table.headers.values():
        for subject in _SUBJECTS.get(table.sheet, ()):
            if column[: len(subject)] == subject and len(column) <= len(subject) + 1:
                language = column[len(subject)] if len(column) > len(subject) else default
                found.setdefault(subject, {})[language] = column
    return [Subject(columns) for columns in found.values()]


def languages_of(tables: Sequence[Table], default: str) -> tuple[str, ...]:
    """In the order of the columns; those of pictures and sounds count too."""
    found: dict[str, None] = {}
    for table in tables:
        for subject in subjects_of(table, default):
            found.update(dict.fromkeys(subject.columns))
        for column in table.headers.values():
            if column[:2] in _MEDIA and len(column) > 2:
                found[column[2]] = None
    return tuple(found)


def check_translations(
    tables: Sequence[Table], default: str, report: Report, languages: Sequence[str] = ()
) -> None:
    known = tuple(languages) or languages_of(tables, default)
    if len(known) < 2:
        return
    for table in tables:
        for subject in subjects_of(table, default):
            _check_subject(table, subject, known, report)


def _check_subject(
    table: Table, subject: Subject, languages: Sequence[str], report: Report
) -> None:
    spelled = {column: header for header, column in table.headers.items()}
    for language in languages:
        if language in subject.columns:
            continue
        first = next(iter(subject.columns.values()))
        sign = "::" if "::" in spelled[first] else ":"
        header = f"{spelled[first].partition(sign)[0]}::{language}"
        where = Where(table.sheet, 1, spelled[first])
        report.warning("translation_column_missing", where, column=header, language=language)
    for line in table.lines:
        _check_line(line, subject, languages, report)


def _check_line(line: Line, subject: Subject, languages: Sequence[str], report: Report) -> None:
    said = [language for language, column in subject.columns.items() if column in line.cells]
    if not said:
        return
    for language in languages:
        column = subject.columns.get(language)
        if column is not None and column not in line.cells:
            words = {"language": language, "other": said[0]}
            report.warning("translation_missing", line.where(column), **words)
