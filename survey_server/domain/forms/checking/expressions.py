"""Expressions as authors write them, read as expressions.

The compiler replaces `${name}` by a path. Here it is replaced by a name of the same length, so that
the parser's positions are positions in the author's own text, and only in the tree by the path.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pyxform.parsing.expression import RE_PYXFORM_REF
from pyxform.parsing.sheet_headers import SMART_QUOTES

from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.syntax_words import in_vietnamese
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic import XPathSyntaxError
from survey_server.domain.logic.parser import parse
from survey_server.domain.logic.syntax import (
    Call,
    Negative,
    Operation,
    Path as PathSyntax,
    Step,
    Syntax,
    Text,
)

# Letters that stand for `${` in a name, and for `${last-saved#`.
_ANSWER = "ꙮ"
_LAST_SAVED = "ꙭ"
_PLAIN_QUOTES = str.maketrans(SMART_QUOTES)
_AROUND = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression of a form: where it stands in the interview, and where its author finds it.

    `aspect` is what it decides: relevant, constraint, calculate, required, readonly, count,
    choice_filter, default, condition, or the name of another column. `read` is the tree as it is
    evaluated: a choice filter stands in a predicate of its list there.
    """

    at: Path
    aspect: str
    where: Where
    text: str
    syntax: Syntax
    read: Syntax


def parsed(text: str, where: Where, report: Report) -> Syntax | None:
    """References are still names. None, and a problem, where it is no expression."""
    try:
        return parse(_with_names(text))
    except XPathSyntaxError as fault:
        why = _as_written(fault.sentence)
        report.error(
            "xpath_syntax",
            where,
            position=fault.position + 1,
            quote=_around(text, fault.position),
            why=(in_vietnamese(why), why),
        )
        return None


def _with_names(text: str) -> str:
    plain = text.translate(_PLAIN_QUOTES)
    if "${" not in plain:
        return plain
    pieces: list[str] = []
    end = 0
    for found in RE_PYXFORM_REF.finditer(plain):
        mark = _LAST_SAVED if found["last_saved"] else _ANSWER
        spelled = f" {mark}{found['ncname']}"
        pieces += [plain[end : found.start()], spelled.ljust(len(found.group()))]
        end = found.end()
    return "".join((*pieces, plain[end:]))


def _as_written(sentence: str) -> str:
    for mark, before in ((_ANSWER, "${"), (_LAST_SAVED, "${last-saved#")):
        if mark in sentence:
            head, _, tail = sentence.partition(mark)
            name, space, rest = tail.partition(" ")
            sentence = f"{head}{before}{name}}}{space}{rest}"
    return sentence


def _around(text: str, position: int) -> str:
    """The place is marked, because a long expression is hard to count through."""
    before, after = text[:position][-_AROUND:], text[position:][:_AROUND]
    return f"{before}▸{after}"


def resolved(syntax: Syntax, paths: Mapping[str, Path], root: str) -> Syntax:
    """The tree with paths in place of references. Every name has to be in `paths`."""

    def walk(part: Syntax) -> Syntax:
        match part:
            case Call(arguments=arguments):
                return replace(part, arguments=tuple(map(walk, arguments)))
            case Operation(operands=operands):
                return replace(part, operands=tuple(map(walk, operands)))
            case Negative(operand=operand):
                return Negative(walk(operand))
            case PathSyntax():
                return path_of(part)
            case _:
                return part

    def step(one: Step) -> Step:
        return replace(one, predicates=tuple(map(walk, one.predicates)))

    def path_of(path: PathSyntax) -> PathSyntax:
        steps = tuple(map(step, path.steps))
        predicates = tuple(map(walk, path.predicates))
        if not isinstance(path.start, str):
            return PathSyntax(walk(path.start), predicates, steps)
        name = steps[0].name or "" if steps else ""
        if path.start == "." and name[:1] in (_ANSWER, _LAST_SAVED):
            start, down = _start_of(name, paths, root)
            last = Step("child", down[-1], steps[0].predicates)
            above = tuple(Step("child", each) for each in down[:-1])
            return PathSyntax(start, (), (*above, last, *steps[1:]))
        return PathSyntax(path.start, predicates, steps)

    return walk(syntax)


def _start_of(
    name: str, paths: Mapping[str, Path], root: str
) -> tuple[Syntax | Literal["/"], Path]:
    down = (root, *paths[name[1:]])
    if name[0] == _LAST_SAVED:
        return Call("instance", (Text("__last-saved"),), 0), down
    return "/", down


def in_list(syntax: Syntax, nodes: PathSyntax) -> Syntax:
    """A choice filter is evaluated in a predicate of the nodes it filters."""
    *above, last = nodes.steps
    return replace(nodes, steps=(*above, replace(last, predicates=(*last.predicates, syntax))))
