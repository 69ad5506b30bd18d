"""One difference between two versions, and how heavily it weighs on the data."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from survey_server.domain.forms.comparing.sentences import sentence, summary

# Old data cannot be read as the new; the new can tell more; it is judged otherwise; it is put
# otherwise.
Weight = Literal["breaks", "adds", "changes rules", "words"]
WEIGHTS: tuple[Weight, ...] = ("breaks", "adds", "changes rules", "words")


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` is the place in the new version, or in the old one of what is gone; "" is the form.

    `about` says what is meant there: a language, or a part of a check.
    """

    kind: str
    path: str
    old: str | None
    new: str | None
    weight: Weight
    about: str = ""

    def sentence(self, language: str) -> str:
        """In Vietnamese ("vi") or English ("en")."""
        return sentence(self.kind, self.path, self.old, self.new, self.about, language)


def summary_of(found: Iterable[Difference], language: str) -> str:
    """One line: how many there are of each weight."""
    counted = Counter(one.weight for one in found)
    return summary([(weight, counted[weight]) for weight in WEIGHTS if counted[weight]], language)
