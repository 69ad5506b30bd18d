"""Names of questions and groups: there, spelled well, and different where they have to be."""

from pyxform.parsing.expression import is_xml_tag

from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.vocabulary import NAME
from survey_server.domain.forms.parts import Path

_RESERVED = "meta"


def check_names(outline: Outline, report: Report) -> None:
    seen: dict[Path, Part] = {}
    seen_in_small: dict[Path, Part] = {}
    repeats: dict[str, Part] = {}
    for part in outline.parts:
        if _is_spelled_well(part, report):
            _check_level(part, seen, seen_in_small, report)
            _check_repeat(part, outline.root, repeats, report)
        else:
            outline.is_broken = True


def _is_spelled_well(part: Part, report: Report) -> bool:
    where = part.line.where(NAME)
    if not part.name:
        report.error("name_missing", where)
        return False
    if not is_xml_tag(part.name):
        report.error("name_invalid", where, name=part.name)
        return False
    return True


def _check_level(
    part: Part, seen: dict[Path, Part], seen_in_small: dict[Path, Part], report: Report
) -> None:
    if part.type == "audit":
        return
    where = part.line.where(NAME)
    small = (*part.path[:-1], part.name.lower())
    if part.name == _RESERVED:
        report.error("name_reserved", where, name=part.name)
    elif part.path in seen:
        report.error("name_twice", where, name=part.name, other=seen[part.path].line.row)
    elif small in seen_in_small:
        report.warning("name_case", where, name=part.name, other=seen_in_small[small].line.row)
    seen.setdefault(part.path, part)
    seen_in_small.setdefault(small, part)


def _check_repeat(part: Part, root: str, repeats: dict[str, Part], report: Report) -> None:
    if part.container != "repeat":
        return
    where = part.line.where(NAME)
    if part.name == root:
        report.error("name_reserved", where, name=part.name)
    elif part.name in repeats and repeats[part.name].path != part.path:
        other = repeats[part.name].line.row
        report.error("repeat_name_twice", where, name=part.name, other=other)
    repeats.setdefault(part.name, part)
