"""The conditions of our questionnaires' checks come out the same in ODK Collect's engine."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from survey_server.domain.forms.parts import Check
from survey_server.domain.logic import compile_expression
from survey_server.domain.rules.evaluation import Evaluation
from tests.forms.census_cases import CASES
from tests.forms.census_households import LONG, SHORT, base
from tests.forms.filled import filled, form, rules
from tests.javarosa.interviews import instance_of, load
from tests.javarosa.oracle import ZONE, JavaRosa

NOW = datetime(2024, 4, 3, 9, tzinfo=ZoneInfo(ZONE))

pytestmark = pytest.mark.needs("java")


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_the_checks_of_the_census_are_true_where_they_are_true_on_a_tablet(
    engine: JavaRosa, tmp_path: Path, form_id: str
) -> None:
    load(engine, form(form_id), tmp_path)
    differing = []
    for case in CASES:
        if form_id not in case.forms:
            continue
        for changes in (case.broken, case.near):
            answers = filled(form_id, base(form_id, case.base), changes)
            engine.fill(instance_of(form(form_id).description, answers))
            asked = list(_asked(form_id, answers))
            told = engine.evaluate([(check.condition, place) for check, place in asked])
            settled = rules(form_id).evaluate(answers, NOW)
            for (check, place), theirs in zip(asked, told, strict=True):
                ours = _truth(settled, check, place)
                if theirs.get("value") != str(ours).lower():
                    differing.append((case.id, check.id, place, theirs, ours))
    assert differing == []


def _asked(form_id: str, answers: dict[str, Any]) -> Iterator[tuple[Check, str]]:
    """Every check at every place where it is asked."""
    for check in form(form_id).description.checks:
        entries: Any = answers
        for step in check.scope:
            entries = entries.get(step, {})
        if not check.scope:
            yield check, "/data"
        for position, _ in enumerate(entries if check.scope else (), start=1):
            yield check, f"/data/{'/'.join(check.scope)}[{position}]"


def _truth(evaluation: Evaluation, check: Check, place: str) -> bool:
    node = evaluation.tree.document.named["data"][0]
    for step in place.split("/")[2:]:
        name, _, position = step.partition("[")
        node = node.named[name][int(position.rstrip("]")) - 1 if position else 0]
    return compile_expression(check.condition).as_truth(node, evaluation.context)
