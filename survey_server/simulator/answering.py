"""Interviews of any form, made up: for forms that nobody has written answers for.

`random_answers` answers carelessly: also what nobody would be asked, and against the form's rules.
`valid_answers` obeys every rule of the form itself (checks aside): it answers, lets the rules say
what has become relevant, required or wrong, answers that, and goes on until nothing is wrong.
"""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from survey_server.domain.answers import Answers
from survey_server.domain.forms.meta import META
from survey_server.domain.forms.parts import FormDescription, Group, Question
from survey_server.domain.logic import XPathSyntaxError, compile_expression
from survey_server.domain.logic.syntax import Path as PathSyntax
from survey_server.domain.rules import Rules
from survey_server.simulator.drawn_values import DrawnValues
from survey_server.simulator.draws import between, happens
from survey_server.simulator.obeying import Obedient

MOST_ENTRIES = 5
# A form in which rules contradict each other is given up, with what is wrong left wrong.
MOST_ROUNDS = 60


def random_answers(description: FormDescription, rng: Random, plausibility: float = 0.9) -> Answers:
    """`plausibility` from 0 to 1: how much of it a person might have meant."""
    values = DrawnValues(description, rng, plausibility)
    return _Careless(values, rng, plausibility).group(description.root, {})


def valid_answers(
    description: FormDescription, rng: Random, rules: Rules, now: datetime
) -> Answers:
    """Without a finding of the form's own rules, where one can be found within MOST_ROUNDS."""
    obedient = Obedient(description, rng, rules)
    answers: Answers = {}
    for _ in range(MOST_ROUNDS):
        answers, settled = obedient.improved(answers, now)
        if settled:
            break
    return answers


class _Careless:
    def __init__(self, values: DrawnValues, rng: Random, plausibility: float) -> None:
        self._values = values
        self._rng = rng
        self._plausibility = plausibility

    def group(self, group: Group, around: Mapping[str, object]) -> Answers:
        answers: Answers = {}
        seen = {**around}
        for child in group.children:
            if child.name == META:
                continue
            if isinstance(child, Question):
                value: object = self._question(child)
            elif child.kind == "group":
                value = self.group(child, seen)
            else:
                value = [self.group(child, seen) for _ in range(self._entries(child, seen))]
            if value:
                answers[child.name] = seen[child.name] = value
        return answers

    def _question(self, question: Question) -> object:
        if question.is_note:
            return None
        answered = 0.9 if question.control else 0.05
        return self._values.draw(question) if happens(self._rng, answered) else None

    def _entries(self, repeat: Group, seen: Mapping[str, object]) -> int:
        """As many as counted, mostly, where the count is the answer to a question."""
        wanted = seen.get(_counted_by(repeat) or "")
        if isinstance(wanted, str) and wanted.isdigit() and happens(self._rng, self._plausibility):
            return min(int(wanted), MOST_ENTRIES)
        return between(self._rng, 0, MOST_ENTRIES)


def _counted_by(repeat: Group) -> str | None:
    try:
        syntax = compile_expression(repeat.count or "").syntax
    except XPathSyntaxError:
        return None
    return syntax.steps[-1].name if isinstance(syntax, PathSyntax) and syntax.steps else None
