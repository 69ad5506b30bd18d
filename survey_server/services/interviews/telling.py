"""Findings as people and programs are told them: with the words of the form and its languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey_server.domain.answers import Finding
from survey_server.domain.forms import FormDescription
from survey_server.domain.forms.parts import Labels
from survey_server.domain.rules import Rules
from survey_server.domain.rules.messages import label_of, messages_of


@dataclass(frozen=True, slots=True)
class Told:
    """`label` is what the form calls the place, `message` what is wrong; by language."""

    rule: str
    path: str
    severity: str
    value: str
    reads: Mapping[str, str]
    confirmed: str | None
    label: Labels
    message: Labels


def told(description: FormDescription, rules: Rules, one: Finding) -> Told:
    return Told(
        rule=one.rule,
        path=one.path,
        severity=one.severity,
        value=one.value,
        reads=one.reads,
        confirmed=one.confirmed,
        label=label_of(description, one.path),
        message=messages_of(description, one.rule, one.path, one.reads, rules.messages),
    )
