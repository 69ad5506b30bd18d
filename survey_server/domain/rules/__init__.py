"""The rules of a form, run again on an interview: what the tablet should have seen, and more.

sites: a form's places with their rules compiled · ordering: what is settled first · growing:
answers become nodes · evaluation: relevance and calculations are settled · doubt: one error, one
finding · judging: findings of the form's own rules · checking: those of its sheet `checks` ·
changes: rules changed by the office · confirming: warnings that the enumerator explained ·
messages: what a finding says to a person.
"""

from survey_server.domain.rules.changes import RuleChange
from survey_server.domain.rules.rules import Rules, rules_of

__all__ = ["RuleChange", "Rules", "rules_of"]
