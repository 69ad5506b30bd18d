"""Every kind of mistake by its name, for each form."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from survey_server.domain.forms.parts import FormDescription
from survey_server.simulator.interviews import LONG, SHORT
from survey_server.simulator.listing import HOUSEHOLD_LISTING
from survey_server.simulator.minorities.communes import ETHNIC_COMMUNE
from survey_server.simulator.minorities.interviews import ETHNIC_HOUSEHOLD
from survey_server.simulator.mistakes import Planted, plant
from survey_server.simulator.planting import any_form, census, communes, listing, minorities
from survey_server.simulator.planting.slips import Expected, Slip, first_that_can
from survey_server.simulator.planting.spots import Tree

REASON = "Đã hỏi lại chủ hộ, đúng như đã ghi"
CHECK_ERROR, CHECK_WARNING, CHECK_CONFIRMED = "check_error", "check_warning", "check_confirmed"

ANY_FORM: Mapping[str, Callable[[Random, Tree, FormDescription], Expected]] = {
    "code_not_in_list": any_form.code_not_in_list,
    "wrong_type": any_form.wrong_type,
    "unknown_question": any_form.unknown_question,
    "required_missing": any_form.required_missing,
    "calculate_differs": any_form.calculate_differs,
}


def _of_the_census(kind: str) -> Slip:
    def slip(rng: Random, answers: Tree) -> Expected:
        planted = plant(rng, kind, answers)
        answers |= planted.answers
        return planted.rule, planted.path

    return slip


_CENSUS: Mapping[str, Sequence[Slip]] = {
    **{
        kind: (_of_the_census(kind),)
        for kind in ("not_relevant", "constraint", "not_offered", "repeat_count")
    },
    CHECK_ERROR: census.ERRORS,
    CHECK_WARNING: census.WARNINGS,
}
OF_FORM: Mapping[str, Mapping[str, Sequence[Slip]]] = {
    SHORT: _CENSUS,
    LONG: _CENSUS,
    ETHNIC_HOUSEHOLD: {
        "not_relevant": minorities.NOT_RELEVANT,
        "constraint": minorities.CONSTRAINTS,
        "not_offered": minorities.NOT_OFFERED,
        "repeat_count": minorities.REPEAT_COUNT,
        CHECK_ERROR: minorities.ERRORS,
        CHECK_WARNING: minorities.WARNINGS,
    },
    ETHNIC_COMMUNE: {
        "not_relevant": communes.NOT_RELEVANT,
        "constraint": communes.CONSTRAINTS,
        "repeat_count": communes.REPEAT_COUNT,
        CHECK_ERROR: communes.ERRORS,
        CHECK_WARNING: communes.WARNINGS,
    },
    HOUSEHOLD_LISTING: {
        "not_relevant": listing.NOT_RELEVANT,
        "constraint": listing.CONSTRAINTS,
        CHECK_ERROR: listing.ERRORS,
        CHECK_WARNING: listing.WARNINGS,
    },
}


def kinds_of(form_id: str) -> tuple[str, ...]:
    """The commune form and the list filter no choices, and a list may have any number of rows."""
    return (*ANY_FORM, *OF_FORM[form_id], CHECK_CONFIRMED)


KINDS = kinds_of(LONG)


def plant_in(
    rng: Random, kind: str, answers: Mapping[str, object], description: FormDescription
) -> Planted:
    """A copy of a complete interview with one mistake in it. Raises NothingToSpoil.

    A confirmed warning is one that the enumerator explained, with REASON.
    """
    copy: dict[str, Any] = deepcopy(dict(answers))
    if kind in ANY_FORM:
        return Planted(copy, *ANY_FORM[kind](rng, copy, description))
    slips = OF_FORM[description.form_id]
    if kind != CHECK_CONFIRMED:
        return Planted(copy, *first_that_can(rng, slips[kind], copy))
    rule, path = first_that_can(rng, slips[CHECK_WARNING], copy)
    copy["meta"] = {"confirmed": [{"rule": rule, "path": path, "reason": REASON}]}
    return Planted(copy, rule, path)
