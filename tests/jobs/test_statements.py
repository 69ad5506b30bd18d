"""How often a worker asks PostgreSQL does not grow with what a batch holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from tests.http import drain
from tests.jobs.test_findings import sharing
from tests.jobs.told import send
from tests.world import EAS, HOUSEHOLDS, World

Making = Callable[[World, int], dict[str, Any]]


def plain(world: World, number: int) -> dict[str, Any]:
    return world.submission(world.unit(EAS[0], number))


def edited(world: World, number: int) -> dict[str, Any]:
    one = plain(world, number)
    return one | {"replaces": one["interview_id"], "revision": 2}


def no_tree(world: World, number: int) -> dict[str, Any]:
    return plain(world, number) | {"answers": {"person": "no list"}}


def of_a_dwelling_that_nobody_described(world: World, number: int) -> dict[str, Any]:
    return sharing(world, number, "099")


@contextmanager
def asked(workers: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(workers, "before_cursor_execute", note)
    yield said
    event.remove(workers, "before_cursor_execute", note)


@pytest.mark.parametrize("make", [plain, edited, no_tree, of_a_dwelling_that_nobody_described])
def test_a_batch_of_ten_asks_hardly_more_than_one_of_two(
    client: FlaskClient, workers: Engine, world: World, make: Making
) -> None:
    counts = []
    for numbers in (range(1, 3), range(3, 5), range(1, HOUSEHOLDS + 1)):
        send(client, world, *(make(world, number) for number in numbers))
        with asked(workers) as said:
            drain(workers)
        counts.append(len(said))
    # The first one comes upon forms that the worker has not read yet, the last one upon households
    # that were told before.
    assert counts[2] <= counts[1] + 3
