"""A value for any question of any form, drawn at random.

What a form compares a question with is where its interesting values lie: from `. >= 15` and
`${age} < 5` come 4, 5, 14, 15 and 16. So the numbers, texts and codes that stand in the form's own
expressions are drawn more often than others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from survey_server.domain.forms.parts import LIST_TYPES, FormDescription, Group, Question
from survey_server.domain.logic import XPathSyntaxError, compile_expression
from survey_server.domain.logic.patterns.program import BadPattern, compiled
from survey_server.domain.logic.syntax import (
    Call,
    Negative,
    Number,
    Operation,
    Path,
    Syntax,
    Text,
    everything_in,
)
from survey_server.simulator.draws import between, happens, pick

Value = str | list[str]
# What begins so is a pattern, and not itself a text to answer.
PATTERN = "\0"
Hints = Mapping[str, tuple[str, ...]]

_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">="})
_NAMES = (
    "Nguyễn Thị Hằng", "Trần Văn Đức", "Giàng A Páo", "Rơ Mah H'Hen", "Y Djoang Niê",
    "Thạch Sa Rinh", "Hồ Thị Ăm Lam", "Lò Văn Ơn", "A Chin",
)  # fmt: skip
_TEXTS = ("", "không", "Tổ 5, thôn Đông", "12 Lê Lợi", "a b", "x", "0912345678", "01", "1.0")
_SIGNS = "0123456789abcxyzABCĐƯ -.,_/"
_MOST_STEPS = 500
_ODD_NUMBERS = (-1, 0, 1, 98, 99, 100, 998, 999, 2147483647, -2147483648)
_FIRST_DAY = date(1904, 1, 1)
_FIRST_VISIT = date(2000, 1, 1)
_LAST_DAY = date(2024, 12, 31)


def hints_of(description: FormDescription) -> Hints:
    """The literals that a form compares each question with, by the question's name."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, text in _expressions(description.root):
        try:
            parts = everything_in(compile_expression(text).syntax)
        except XPathSyntaxError:
            continue
        for part in parts:
            for question, literal in _compared(part, name):
                found[question].add(literal)
    return {name: tuple(sorted(literals)) for name, literals in found.items()}


def _expressions(group: Group) -> Iterator[tuple[str, str]]:
    for child in group.children:
        if isinstance(child, Group):
            texts: tuple[str | None, ...] = (child.relevant, child.count)
            yield from _expressions(child)
        else:
            texts = (child.relevant, child.constraint, child.calculate, child.required_expr)
            texts = (*texts, child.itemset.nodeset if child.itemset else None)
        yield from ((child.name, text) for text in texts if text)


def _compared(part: Syntax, here: str) -> Iterator[tuple[str, str]]:
    pairs: tuple[tuple[Syntax, Syntax], ...]
    match part:
        case Operation(operator=sign, operands=(left, right)) if sign in _COMPARING:
            pairs = ((left, right), (right, left))
        case Call(name="selected", arguments=(left, right)):
            pairs = ((left, right),)
        case Call(name="regex", arguments=(left, Text(value=pattern))):
            pairs = ((left, Text(PATTERN + pattern)),)
        case _:
            return
    for one, other in pairs:
        name, literal = _last_name(one, here), _literal(other)
        if name and literal is not None:
            yield name, literal


def _last_name(part: Syntax, here: str) -> str | None:
    if not isinstance(part, Path):
        return None
    names = [step.name for step in part.steps if step.axis == "child"]
    return names[-1] if names else here


def _literal(part: Syntax) -> str | None:
    match part:
        case Number(value=number):
            return str(int(number)) if number.is_integer() else str(number)
        case Negative(operand=Number(value=number)):
            return str(-int(number)) if number.is_integer() else str(-number)
        case Text(value=text):
            return text
        case Call(name="date", arguments=(Text(value=text),)):
            return text
    return None


def text_like(pattern: str, rng: Random) -> str:
    """A text that the pattern fits, found by walking through its program; "" if it goes astray."""
    try:
        program = compiled(pattern)
    except BadPattern:
        return ""
    text, at = "", 0
    for _ in range(_MOST_STEPS):
        step = program[at]
        if step.kind == "done":
            return text
        if step.kind == "fork":
            at = pick(rng, step.targets)
            continue
        if step.kind == "test" and step.test is not None:
            fitting = [sign for sign in _SIGNS if step.test(sign)]
            if not fitting:
                return ""
            text += pick(rng, fitting)
        at += 1
    return ""


class DrawnValues:
    """Draws values for the questions of one form; none of them is blank.

    `plausibility` is the share of draws that a person might have meant.
    """

    def __init__(self, description: FormDescription, rng: Random, plausibility: float) -> None:
        self._description = description
        self._rng = rng
        self._plausibility = plausibility
        self._hints = hints_of(description)

    def draw(self, question: Question) -> Value:
        choices = self._description.choices_of(question)
        codes = [choice.value for choice in choices or () if choice.value]
        if question.type in LIST_TYPES:
            return self._several(question, codes)
        if codes:
            return self._code(question, codes)
        return self._scalar(question) or "x"

    def _code(self, question: Question, codes: list[str]) -> str:
        wanted = [code for code in self._hints.get(question.name, ()) if code in codes]
        if wanted and happens(self._rng, 0.4):
            return pick(self._rng, wanted)
        return pick(self._rng, codes)

    def _several(self, question: Question, codes: list[str]) -> list[str]:
        if not codes:
            return ["a"]
        if question.type == "rank":
            return self._rng.sample(codes, len(codes))
        first = self._code(question, codes)
        others = self._rng.sample(codes, between(self._rng, 0, min(3, len(codes))))
        return list(dict.fromkeys([first, *others]))

    def _scalar(self, question: Question) -> str:
        hints = self._hints.get(question.name, ())
        makers: Mapping[str, Callable[[], str]] = {
            "int": lambda: str(self._whole(hints)),
            "decimal": lambda: str(self._whole(hints) + pick(self._rng, (0, 0, 0.5, 0.25, -0.1))),
            "date": lambda: self._day(hints).isoformat(),
            "dateTime": lambda: f"{max(self._day(hints), _FIRST_VISIT)}T{self._clock()}",
            "time": self._clock,
            "boolean": lambda: pick(self._rng, ("1", "0")),
            "geopoint": self._point,
            "geotrace": self._line,
            "geoshape": self._line,
            "binary": lambda: f"{between(self._rng, 1, 9999)}.jpg",
        }
        make = makers.get(question.type)
        return make() if make else self._text(question, hints)

    def _line(self) -> str:
        return "; ".join(self._point() for _ in range(between(self._rng, 3, 5)))

    def _whole(self, hints: tuple[str, ...]) -> int:
        rng = self._rng
        numbers = [int(float(hint)) for hint in hints if _is_number(hint)]
        if not happens(rng, self._plausibility):
            return pick(rng, _ODD_NUMBERS)
        if numbers and happens(rng, 0.5):
            return pick(rng, numbers) + between(rng, -1, 1)
        if happens(rng, 0.5):
            return between(rng, 0, 6)
        return between(rng, 0, 100) if happens(rng, 0.6) else between(rng, 1904, 2025)

    def _day(self, hints: tuple[str, ...]) -> date:
        days = [day for hint in hints if (day := _day_of(hint)) is not None]
        if days and happens(self._rng, 0.5):
            return pick(self._rng, days) + timedelta(days=between(self._rng, -1, 1))
        return _FIRST_DAY + timedelta(days=between(self._rng, 0, (_LAST_DAY - _FIRST_DAY).days))

    def _clock(self) -> str:
        hour, minute = between(self._rng, 0, 23), between(self._rng, 0, 59)
        return f"{hour:02d}:{minute:02d}:{between(self._rng, 0, 59):02d}.000+07:00"

    def _point(self) -> str:
        north, east = between(self._rng, 85, 233) / 10, between(self._rng, 1021, 1094) / 10
        return f"{north} {east} 0.0 {between(self._rng, 1, 50)}.0"

    def _text(self, question: Question, hints: tuple[str, ...]) -> str:
        rng = self._rng
        patterns = [hint.removeprefix(PATTERN) for hint in hints if hint.startswith(PATTERN)]
        if patterns and happens(rng, 0.5):
            return text_like(pick(rng, patterns), rng).strip()
        texts = [hint for hint in hints if not hint.startswith(PATTERN)]
        if texts and happens(rng, 0.2):
            return pick(rng, texts)
        if question.appearance and "numbers" in question.appearance:
            return "".join(str(between(rng, 0, 9)) for _ in range(between(rng, 1, 12)))
        return pick(rng, _NAMES) if happens(rng, 0.6) else pick(rng, _TEXTS)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 2**31
    except ValueError:
        return False


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
