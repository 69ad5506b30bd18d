"""Rules changed by the office, for a form that is in the field already.

False warnings delay the work, and a new form version in the middle of it does too. So a rule can be
switched off or made milder for the whole form or for one question, and a check can be written anew
or added, while the tablets go on with what they have.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from survey_server.domain.forms.parts import Check, Severity

# "as_written" takes back what was changed before.
Action = Literal["off", "error", "warning", "as_written"]
ACTIONS: tuple[Action, ...] = ("off", "error", "warning", "as_written")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """`path` is a question without positions, "person/age"; "" means everywhere. `check` replaces
    the check of that id, or adds it."""

    rule: str
    action: Action
    path: str = ""
    check: Check | None = None


@dataclass(frozen=True)
class Changed:
    """All changes of a form, one after the other: the last word on each rule and place."""

    actions: dict[tuple[str, str], Action] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)

    def severity(self, rule: str, path: str, severity: Severity) -> Severity | None:
        """None where the rule is switched off. What is said of one question goes first."""
        action = self.actions.get((rule, path)) or self.actions.get((rule, ""))
        if action is None or action == "as_written":
            return severity
        return None if action == "off" else action


def changed_by(changes: Iterable[RuleChange]) -> Changed:
    changed = Changed()
    for change in changes:
        changed.actions[change.rule, change.path] = change.action
        if change.check is not None:
            changed.checks[change.rule] = change.check
        elif change.action == "as_written" and not change.path:
            changed.checks.pop(change.rule, None)
    return changed
