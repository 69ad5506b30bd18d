"""Households that were told twice are found, and only within a district."""

import unicodedata
from dataclasses import replace
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.simulator.people import Household
from tests.http import drain
from tests.jobs.told import large, matches, send
from tests.world import EAS, World


def without_diacritics(told: Household) -> Household:
    def bare(name: str) -> str:
        spelled = unicodedata.normalize("NFD", name).replace("Đ", "D").replace("đ", "d")
        return "".join(char for char in spelled if not unicodedata.combining(char)).upper()

    return replace(told, persons=tuple(replace(p, name=bare(p.name)) for p in told.persons))


def without_the_last(told: Household) -> Household:
    return replace(told, persons=told.persons[:-1])


@pytest.mark.parametrize(
    ("bare", "smaller"),
    list(product([False, True], repeat=2)),
    ids=["same", "less", "bare", "both"],
)
def test_a_household_is_found_in_another_ea_of_its_district_only(
    client: FlaskClient, workers: Engine, world: World, bare: bool, smaller: bool
) -> None:
    told = large(world)
    again = without_diacritics(told) if bare else told
    again = without_the_last(again) if smaller else again
    for ea, household in ((EAS[0], told), (EAS[1], again), (EAS[2], again)):
        unit = world.unit(ea, 1)
        send(client, world, world.submission(unit, answers=world.answers(unit, household)))
        drain(workers)
    shared = len(again.persons)
    expected = [("same_household", {"shared": shared, "exact": 0 if bare else shared})]
    found = [(kind, evidence) for kind, evidence in matches(world) if kind == "same_household"]
    if bare:
        # A name without any diacritics is the same in both spellings.
        assert [(kind, told["shared"]) for kind, told in found] == [("same_household", shared)]
    else:
        assert found == expected


def test_a_correction_takes_back_a_suspicion(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    told = large(world)
    units = world.unit(EAS[0], 1), world.unit(EAS[1], 1)
    sent = [world.submission(unit, answers=world.answers(unit, told)) for unit in units]
    send(client, world, *sent)
    drain(workers)
    assert [kind for kind, _ in matches(world)] == ["same_content", "same_household"]
    edit = world.submission(
        units[1],
        interview_id=sent[1]["interview_id"],
        revision=2,
        replaces=sent[1]["instance_id"],
        answers=world.answers(units[1], large(world)),
    )
    send(client, world, edit)
    drain(workers)
    assert matches(world) == []
