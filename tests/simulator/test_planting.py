"""A mistake in any form has its one finding, at its place, and nothing beside it."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from survey_server.simulator.interviews import LONG
from survey_server.simulator.minorities.communes import ETHNIC_COMMUNE
from survey_server.simulator.mistakes import MISTAKES
from survey_server.simulator.planting import KINDS, REASON, NothingToSpoil, kinds_of, plant_in
from survey_server.simulator.planting.planting import CHECK_CONFIRMED, CHECK_ERROR, CHECK_WARNING
from tests.simulator.made_up import FORMS, complete, description, judged
from tests.times import times

SEEDS = times(60)
SEVERITY = {CHECK_ERROR: "error", CHECK_WARNING: "warning", CHECK_CONFIRMED: "warning"}

Answers = dict[str, object]


@cache
def interviews(form_id: str) -> tuple[Answers, ...]:
    return tuple(complete(form_id, SEEDS, seed=7))


@pytest.mark.parametrize(
    ("form_id", "kind"), [(form_id, kind) for form_id in FORMS for kind in kinds_of(form_id)]
)
def test_a_planted_mistake_is_the_only_finding(form_id: str, kind: str) -> None:
    told = Counter[str]()
    for seed, answers in enumerate(interviews(form_id)):
        planted = _planted(form_id, kind, seed, answers)
        if planted is None:
            continue
        spoilt, rule, path = planted
        found = judged(form_id, spoilt)
        assert [(one.rule, one.path) for one in found] == [(rule, path)], seed
        assert found[0].severity == SEVERITY.get(kind, found[0].severity)
        assert found[0].confirmed == (REASON if kind == CHECK_CONFIRMED else None)
        told[rule] += 1
    assert told.total() >= (SEEDS * 0.4 if kind == "not_relevant" else SEEDS * 0.95)
    if kind in SEVERITY:
        assert len(told) > 1


def _planted(
    form_id: str, kind: str, seed: int, answers: Answers
) -> tuple[Answers, str, str] | None:
    try:
        planted = plant_in(Random(f"{kind}/{seed}"), kind, answers, description(form_id))
    except NothingToSpoil:
        return None
    return planted.answers, planted.rule, planted.path


def test_the_kinds_of_the_census_are_among_those_of_every_form() -> None:
    assert set(MISTAKES) <= set(KINDS)
    assert set(KINDS) == set(kinds_of(LONG))
    assert set(KINDS) - set(kinds_of(ETHNIC_COMMUNE)) == {"not_offered"}


def test_planting_leaves_the_original_as_it_was() -> None:
    for form_id in FORMS:
        for answers in interviews(form_id)[:10]:
            for kind in kinds_of(form_id):
                _planted(form_id, kind, 1, answers)
            assert judged(form_id, answers) == ()
