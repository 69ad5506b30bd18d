"""Runs a program over a text, all ways at once.

What is remembered is the set of places where the pattern may be; a set that was met before is
looked up together with the next character, so that most characters cost one look into a table.
A text of n characters and a program of m instructions never cost more than n times m, and at most
MAX_STEPS.
"""

from survey_server.domain.logic.patterns.classes import joins_words
from survey_server.domain.logic.patterns.program import BadPattern, Program

Places = frozenset[int]

MAX_REMEMBERED = 5_000
# Of places that one text may lead to: about a second.
MAX_STEPS = 1_000_000


class Matcher:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._looks = any(each.kind == "look" for each in program)
        self._remembered: dict[tuple[Places, str, str], Places] = {}

    def matches(self, text: str) -> bool:
        return _Run(self._program, text).fits() if self._looks else self._fits(text)

    def _fits(self, text: str) -> bool:
        places: Places = frozenset({0})
        previous = ""
        steps = 0
        for character in text:
            key = places, previous, character
            found = self._remembered.get(key)
            if found is None:
                steps = _counted(steps + len(places))
                found = self._stepped(places, previous, character)
                if len(self._remembered) < MAX_REMEMBERED:
                    self._remembered[key] = found
            if not found:
                return False
            places, previous = found, _kind(character)
        return len(self._program) - 1 in reached(self._program, places, previous, "")

    def _stepped(self, places: Places, previous: str, character: str) -> Places:
        return after(self._program, reached(self._program, places, previous, character), character)


def _counted(steps: int) -> int:
    if steps > MAX_STEPS:
        raise BadPattern("takes too long for this text")
    return steps


def _kind(character: str) -> str:
    """All that conditions ask about the character before: whether there is one, and a word's."""
    return "a" if joins_words(character) else " "


def after(program: Program, places: set[int], character: str) -> Places:
    found = set()
    for place in places:
        test = program[place].test
        if test is not None and test(character):
            found.add(place + 1)
    return frozenset(found)


def reached(program: Program, places: Places, previous: str, following: str) -> set[int]:
    """Where the places lead without consuming a character. "" stands for no character."""
    found: set[int] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        instruction = program[place]
        if instruction.kind == "fork":
            waiting += instruction.targets
        elif instruction.kind == "condition" and _holds(instruction.condition, previous, following):
            waiting.append(place + 1)
    return found


def _holds(condition: str, previous: str, following: str) -> bool:
    if condition == "start":
        return previous == ""
    if condition == "end":
        return following == ""
    edge = (previous != "" and joins_words(previous)) is not (
        following != "" and joins_words(following)
    )
    return edge is (condition == "edge")


class _Run:
    """A program that looks ahead: nothing can be remembered, because places depend on the text."""

    def __init__(self, program: Program, text: str) -> None:
        self._program = program
        self._text = text
        self._steps = 0

    def fits(self) -> bool:
        return self._from(self._program, 0, whole=True)

    def _from(self, program: Program, start: int, whole: bool) -> bool:
        places: Places = frozenset({0})
        for at in range(start, len(self._text) + 1):
            here = self._reached(program, places, at)
            self._steps = _counted(self._steps + len(here))
            if len(program) - 1 in here and (not whole or at == len(self._text)):
                return True
            if at == len(self._text):
                return False
            places = after(program, here, self._text[at])
            if not places:
                return False
        return False

    def _reached(self, program: Program, places: Places, at: int) -> set[int]:
        previous = self._text[at - 1] if at else ""
        found: set[int] = set()
        waiting = set(places)
        while waiting:
            here = reached(program, frozenset(waiting), previous, self._text[at : at + 1])
            looks = [place for place in here - found if program[place].kind == "look"]
            found |= here
            waiting = {place + 1 for place in looks if self._look(program, place, at)} - found
        return found

    def _look(self, program: Program, place: int, at: int) -> bool:
        instruction = program[place]
        assert instruction.ahead is not None
        fits = self._from(instruction.ahead, at, whole=False)
        return fits is (instruction.condition == "=")
