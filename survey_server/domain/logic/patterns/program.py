"""A pattern becomes a program for the matcher: tests of one character, forks and conditions.

test      consumes one character
fork      goes on in several places
condition goes on only at the start, at the end, or at the edge of a word
look      goes on only if what follows fits, or does not
done      the pattern is at its end
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from survey_server.domain.logic.patterns import classes
from survey_server.domain.logic.patterns.classes import Test

MAX_PROGRAM = 5_000
MAX_NESTING = 40

# What stands between \Q and \E means itself.
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_EDGES = {"^": "start", "$": "end"}


class BadPattern(ValueError):
    """The pattern cannot be used; the words continue "the pattern …"."""


@dataclass(slots=True)
class Instruction:
    kind: Literal["test", "fork", "condition", "look", "done"]
    test: Test | None = None
    targets: list[int] = field(default_factory=list)
    condition: str = ""
    ahead: "list[Instruction] | None" = None


Program = list[Instruction]


def compiled(pattern: str) -> Program:
    """Raises BadPattern."""
    reader = _Reader(_QUOTED.sub(_escaped, pattern))
    program = reader.alternatives()
    if reader.at < len(reader.pattern):
        raise BadPattern("closes a bracket that was never opened")
    return [*program, Instruction("done")]


def _escaped(quoted: re.Match[str]) -> str:
    signs = (sign if sign.isalnum() or sign == "_" else "\\" + sign for sign in quoted[1])
    return "".join(signs)


def _moved(program: Program, by: int) -> Program:
    return [
        Instruction(
            each.kind, each.test, [to + by for to in each.targets], each.condition, each.ahead
        )
        for each in program
    ]


def _checked(program: Program) -> Program:
    if len(program) > MAX_PROGRAM:
        raise BadPattern("is too large")
    return program


def _append(program: Program, more: Program) -> None:
    program += _moved(more, len(program))
    if len(program) > MAX_PROGRAM:
        raise BadPattern("is too large")


def _either(one: Program, other: Program) -> Program:
    program = [Instruction("fork", targets=[1, len(one) + 2])]
    _append(program, one)
    program.append(Instruction("fork", targets=[len(one) + 2 + len(other)]))
    _append(program, other)
    return program


def _any_number(program: Program) -> Program:
    begin = Instruction("fork", targets=[1, len(program) + 2])
    return [begin, *_moved(program, 1), Instruction("fork", targets=[0])]


def _up_to(program: Program, most: int) -> Program:
    """Before each time, the way out to the end of all."""
    end = most * (len(program) + 1)
    repeated: Program = []
    for _ in range(most):
        repeated.append(Instruction("fork", targets=[len(repeated) + 1, end]))
        repeated += _moved(program, len(repeated))
    return repeated


def _repeated(program: Program, least: int, most: int | None) -> Program:
    if (len(program) + 1) * max(least, most or 0) > MAX_PROGRAM:
        raise BadPattern("repeats too much")
    repeated: Program = []
    for _ in range(least):
        _append(repeated, program)
    _append(repeated, _any_number(program) if most is None else _up_to(program, most - least))
    return repeated


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self._nesting = 0
        self._ignores_case = False
        self._dot_is_all = False

    def _take(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def _character(self, what: str = "ends too early") -> str:
        if self.at >= len(self.pattern):
            raise BadPattern(what)
        self.at += 1
        return self.pattern[self.at - 1]

    def alternatives(self) -> Program:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise BadPattern("has too many brackets inside each other")
        program = self._branch()
        while self._take("|"):
            program = _either(program, self._branch())
        self._nesting -= 1
        return program

    def _branch(self) -> Program:
        program: Program = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            _append(program, self._quantified())
        return program

    def _quantified(self) -> Program:
        program = self._item()
        while (bounds := self._quantifier()) is not None:
            program = _repeated(program, *bounds)
        return program

    def _quantifier(self) -> tuple[int, int | None] | None:
        bounds: tuple[int, int | None]
        if self._take("*"):
            bounds = 0, None
        elif self._take("+"):
            bounds = 1, None
        elif self._take("?"):
            bounds = 0, 1
        elif self._take("{"):
            bounds = self._counts()
        else:
            return None
        # Lazy and greedy make no difference to whether a whole text fits.
        if not self._take("?"):
            self._take("+")
        return bounds

    def _counts(self) -> tuple[int, int | None]:
        end = self.pattern.find("}", self.at)
        least, comma, most = self.pattern[self.at : max(end, self.at)].partition(",")
        self.at = end + 1
        digits_only = least.isdecimal() and (most == "" or most.isdecimal())
        if end < 0 or not digits_only or len(least) > 4 or len(most) > 4:
            raise BadPattern("has braces that count nothing")
        top = int(most) if most else (None if comma else int(least))
        if top is not None and top < int(least):
            raise BadPattern("has braces that count down")
        return int(least), top

    def _item(self) -> Program:
        character = self._character()
        match character:
            case "(":
                return self._group()
            case "[":
                return [Instruction("test", self._class())]
            case "^" | "$":
                return [Instruction("condition", condition=_EDGES[character])]
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise BadPattern(f"has a {character} with nothing before it")
        if character == ".":
            return [Instruction("test", _anything if self._dot_is_all else _not_line_end)]
        return [Instruction("test", classes.same(character, self._ignores_case))]

    def _group(self) -> Program:
        flags = self._ignores_case, self._dot_is_all
        if not self._take("?"):
            return self._closed(flags)
        for sign in ("=", "!"):
            if self._take(sign):
                ahead = [*self._closed(flags), Instruction("done")]
                return [Instruction("look", condition=sign, ahead=ahead)]
        if self._take("<"):
            if self.pattern[self.at : self.at + 1] in {"=", "!"}:
                raise BadPattern("looks behind, which is not supported")
            self.at = self.pattern.find(">", self.at) + 1 or len(self.pattern)
            return self._closed(flags)
        if not self._take(">") and self._flags():
            return []
        return self._closed(flags)

    def _flags(self) -> bool:
        """True if they hold from here on, and no group was opened."""
        on = True
        while (sign := self._character()) not in ":)":
            if sign == "-":
                on = False
            elif sign == "i":
                self._ignores_case = on
            elif sign == "s":
                self._dot_is_all = on
            elif sign not in "uUmdx":
                raise BadPattern(f"has an unknown flag {sign}")
        return sign == ")"

    def _closed(self, flags: tuple[bool, bool]) -> Program:
        program = self.alternatives()
        if not self._take(")"):
            raise BadPattern("has a bracket that is never closed")
        self._ignores_case, self._dot_is_all = flags
        return program

    def _escape(self) -> Program:
        letter = self._character("ends with a single backslash")
        if letter in "bB":
            return [Instruction("condition", condition="edge" if letter == "b" else "no edge")]
        if letter in "AzZ":
            return [Instruction("condition", condition="start" if letter == "A" else "end")]
        if letter.isdigit() and letter != "0":
            raise BadPattern("refers back to a group, which is not supported")
        return [Instruction("test", self._set_or_sign(letter))]

    def _set_or_sign(self, letter: str) -> Test:
        if letter.lower() in classes.SHORT:
            test = classes.SHORT[letter.lower()]
            return classes.negated(test) if letter.isupper() else test
        if letter in "pP":
            return self._property(wanted=letter == "p")
        return classes.same(self._sign(letter), self._ignores_case)

    def _property(self, wanted: bool) -> Test:
        name = self._character()
        if name == "{":
            end = self.pattern.find("}", self.at)
            name = self.pattern[self.at : max(end, self.at)]
            self.at = end + 1 or len(self.pattern)
        test = classes.property_called(name)
        if test is None:
            raise BadPattern(f"has an unknown kind of character {name}")
        return test if wanted else classes.negated(test)

    def _sign(self, letter: str) -> str:
        if letter in classes.CONTROL:
            return classes.CONTROL[letter]
        if letter in "ux":
            digits = 4 if letter == "u" else 2
            code = self.pattern[self.at : self.at + digits]
            self.at += digits
            try:
                return chr(int(code, 16))
            except ValueError:
                raise BadPattern(f"has a \\{letter} without its number") from None
        if letter.isalpha() and letter.isascii():
            raise BadPattern(f"has an unknown escape \\{letter}")
        return letter

    def _class(self) -> Test:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise BadPattern("has too many brackets inside each other")
        inverted = self._take("^")
        tests: list[Test] = []
        is_first = True
        while is_first or not self._take("]"):
            is_first = False
            if self._take("&&"):
                narrower = self._rest_of_class()
                tests = [classes.both(classes.either(tests), narrower)] if tests else [narrower]
                break
            tests.append(self._member())
        self._nesting -= 1
        test = classes.either(tests)
        return classes.negated(test) if inverted else test

    def _rest_of_class(self) -> Test:
        """What stands after && up to the closing bracket."""
        tests = [self._member()]
        while not self._take("]"):
            if self._take("&&"):
                return classes.both(classes.either(tests), self._rest_of_class())
            tests.append(self._member())
        return classes.either(tests)

    def _member(self) -> Test:
        character = self._character("has a square bracket that is never closed")
        if character == "[":
            return self._class()
        if character == "\\":
            letter = self._character()
            if letter.lower() in classes.SHORT or letter in "pP":
                return self._set_or_sign(letter)
            character = self._sign(letter)
        following = self.pattern[self.at : self.at + 2]
        if not following.startswith("-") or following[1:] in {"", "]", "["}:
            return classes.same(character, self._ignores_case)
        self.at += 1
        last = self._character()
        last = self._sign(self._character()) if last == "\\" else last
        if last < character:
            raise BadPattern("has a range that runs backwards")
        return classes.between(character, last, self._ignores_case)


def _anything(character: str) -> bool:
    return True


def _not_line_end(character: str) -> bool:
    return character not in "\n\r\x85\u2028\u2029"
