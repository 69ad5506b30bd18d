"""What can be wrong with an expression: its spelling, or what happened when it ran."""


class XPathSyntaxError(ValueError):
    """The text is no expression. `position` counts characters from 0; `sentence` says why."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(f"{sentence} (at character {position + 1})")
        self.sentence = sentence
        self.position = position


class EvaluationFault(Exception):
    """The expression has no value here: a tablet would stop with an error at the same place.

    The sentence never quotes an answer, only names and bounds.
    """


class UnknownFunction(EvaluationFault):
    """Nobody can call this function; harmless as long as the branch is dead."""
