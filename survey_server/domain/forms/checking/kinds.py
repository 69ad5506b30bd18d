"""Answers used as what they are not: texts as numbers, numbers as lists, codes that no list has.

All warnings, and only where it is certain what an answer is: an expression may know better.
"""

from collections.abc import Iterator, Mapping

from survey_server.domain.forms.checking.expression_words import KINDS
from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.model import Model, Node, parts_with_place
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.syntax import Call, Negative, Number, Operation, Syntax, Text

EQUAL = frozenset({"=", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "div", "mod"})
_NO_NUMBERS = frozenset({"text", "codes", "place", "file", "note"})
_NUMBERS = frozenset({"integer", "decimal"})
# The parts of a location are read with selected-at(), so locations are not here.
_NO_LISTS = frozenset({"integer", "decimal", "date"})
_OF_LISTS = frozenset({"selected", "is-selected", "count-selected", "selected-at"})
_ASK_FOR_CODE = frozenset({"selected", "is-selected"})

# A code, and the words for it.
Finding = tuple[str, tuple[tuple[str, object], ...]]


def check_kinds(rule: Rule, model: Model, report: Report) -> None:
    found: dict[Finding, None] = {}
    for part, at in parts_with_place(rule.read, rule.at, model.root):
        if isinstance(part, Operation):
            found.update(dict.fromkeys(_in_operation(part, at, model)))
        elif isinstance(part, Call) and part.name in _OF_LISTS:
            found.update(dict.fromkeys(_in_call(part, at, model)))
    for code, words in found:
        report.warning(code, rule.where, **dict(words))


def literal_of(syntax: Syntax) -> float | str | None:
    match syntax:
        case Number(value=number):
            return number
        case Negative(operand=Number(value=number)):
            return -number
        case Text(value=text):
            return text
        case _:
            return None


def number_in(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def is_no_number(node: Node) -> bool:
    if node.kind == "code":
        codes = node.codes or ()
        return bool(codes) and all(number_in(code) is None for code in codes)
    return node.kind in _NO_NUMBERS


def _in_operation(part: Operation, at: Path | None, model: Model) -> Iterator[Finding]:
    if part.operator in ORDER or part.operator in _ARITHMETIC:
        for operand in part.operands:
            node = model.node_of(operand, at)
            if node is not None and is_no_number(node):
                words = {"name": node.name, "kind": KINDS[node.kind], "operator": part.operator}
                yield _finding("not_a_number", words)
    if part.operator in ORDER or part.operator in EQUAL:
        first, second = part.operands
        for operand, other in ((first, second), (second, first)):
            node, literal = model.node_of(operand, at), literal_of(other)
            if node is not None and literal is not None:
                yield from _against(node, literal, part.operator)


def _finding(code: str, words: Mapping[str, object]) -> Finding:
    return code, tuple(words.items())


def _against(node: Node, literal: float | str, operator: str) -> Iterator[Finding]:
    if isinstance(literal, float):
        if node.kind == "date" and literal != 0:
            yield _finding("date_with_number", {"name": node.name, "number": f"{literal:g}"})
    elif node.kind in _NUMBERS and literal.strip() and number_in(literal) is None:
        yield _finding("number_with_text", {"name": node.name, "text": literal})
    if operator in EQUAL:
        for code in _unknown_codes(node, literal):
            yield _finding("code_unknown", {"name": node.name, "code": code})


def _unknown_codes(node: Node, literal: float | str) -> Iterator[str]:
    if node.codes is None:
        return
    if isinstance(literal, float):
        if literal not in {number_in(code) for code in node.codes}:
            yield f"{literal:g}"
        return
    words = literal.split() if node.kind == "codes" else [literal] if literal else []
    yield from (word for word in words if word not in node.codes)


def _in_call(call: Call, at: Path | None, model: Model) -> Iterator[Finding]:
    node = model.node_of(call.arguments[0], at) if call.arguments else None
    if node is None:
        return
    if node.kind in _NO_LISTS:
        words = {"function": call.name, "name": node.name, "kind": KINDS[node.kind]}
        yield _finding("not_a_list", words)
    elif call.name in _ASK_FOR_CODE and len(call.arguments) > 1:
        literal = literal_of(call.arguments[1])
        if literal is not None:
            wanted = literal.strip() if isinstance(literal, str) else literal
            for code in _unknown_codes(node, wanted):
                yield _finding("code_unknown", {"name": node.name, "code": code})
