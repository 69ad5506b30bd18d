"""What an evaluation sees of the world: everything that is not in the expression is passed in."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.tree import Node

# Nodes one evaluation may look at in predicates and along wide axes. Honest forms need thousands.
MAX_STEPS = 2_000_000
# And all evaluations of one interview together: a list of 500 households compares each with each.
MAX_STEPS_OF_ALL = 2_000_000

ChoiceLabel = Callable[[str, str], str]


def _no_label(value: str, question: str) -> str:
    return value


def _no_text(name: str) -> str:
    return name


class Context:
    """One interview at one moment. It may serve many evaluations, one after the other.

    `choice_label(value, path of the question)` and `translation(id)` answer in the interview's
    language; `random()` gives the next number from 0 up to 1.
    """

    __slots__ = (
        "choice_label",
        "current",
        "document",
        "instances",
        "now",
        "position",
        "properties",
        "random",
        "steps_left",
        "steps_left_of_all",
        "translation",
        "version",
        "zone",
    )

    def __init__(
        self,
        document: Node,
        now: datetime,
        zone: tzinfo,
        *,
        instances: Mapping[str, Node] | None = None,
        random: Callable[[], float] = lambda: 0.5,
        choice_label: ChoiceLabel = _no_label,
        translation: Callable[[str], str] = _no_text,
        properties: Mapping[str, str] | None = None,
        version: str = "",
    ) -> None:
        self.document = document
        self.now = now.astimezone(zone)
        self.zone = zone
        self.instances = instances or {}
        self.random = random
        self.choice_label = choice_label
        self.translation = translation
        self.properties = properties or {}
        self.version = version
        # Of the evaluation that is under way: where it began, where a predicate is, what is left.
        self.current = document
        self.position = 0
        self.steps_left = MAX_STEPS
        self.steps_left_of_all = MAX_STEPS_OF_ALL

    def begin(self, node: Node) -> None:
        self.current = node
        self.position = 0
        self.steps_left = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.steps_left -= steps
        self.steps_left_of_all -= steps
        if self.steps_left < 0 or self.steps_left_of_all < 0:
            raise EvaluationFault("more nodes would have to be looked at than any form needs")
