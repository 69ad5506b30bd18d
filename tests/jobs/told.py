"""Telling households to the server, and what it made of them."""

from typing import Any

from flask.testing import FlaskClient

from survey_server.simulator.people import Household
from tests.http import upload
from tests.world import World, body_of


def send(client: FlaskClient, world: World, *told: dict[str, Any], by: str = "lan") -> list[Any]:
    """One batch; what each of its submissions is answered."""
    results: list[Any] = upload(client, world.secrets[by], body_of(*told))["results"]
    return [(one["outcome"], one["code"]) for one in results]


def interviews(world: World) -> list[Any]:
    return world.sql(
        "SELECT i.*, coalesce(ea.code, '') AS ea, u.code AS unit FROM interviews i"
        " LEFT JOIN areas ea ON ea.id = i.ea_id LEFT JOIN units u ON u.id = i.unit_id"
        " WHERE i.survey_id = :survey ORDER BY ea.code, u.code, i.interview_id"
    )


def matches(world: World) -> list[tuple[str, dict[str, int]]]:
    found = world.sql("SELECT kind, evidence FROM matches WHERE survey_id = :survey ORDER BY kind")
    return [(row.kind, row.evidence) for row in found]


def figures(world: World, ea: str | None) -> Any:
    """Of an EA; None: of units that no list has."""
    return world.sql(
        "SELECT c.* FROM ea_coverage c LEFT JOIN areas ea ON ea.id = c.ea_id"
        " WHERE c.survey_id = :survey AND coalesce(ea.code, '') = coalesce(:ea, '')",
        ea=ea,
    )[0]


def large(world: World) -> Household:
    """A household of four or more whose birth years and names all differ."""
    while True:
        told = world.household()
        people = {(one.name, one.birth_year) for one in told.persons if one.birth_year < 9000}
        if len(people) == len(told.persons) >= 4:
            return told
