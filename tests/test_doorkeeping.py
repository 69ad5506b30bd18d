"""How many uploads a process takes in at once, and how much from one tablet."""

import threading
from collections import Counter

import pytest

from survey_server import problems
from survey_server.doorkeeping import (
    BURST_BYTES,
    BYTES_PER_SECOND,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Doorkeeper,
    wait_of,
)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_whoever_finds_no_room_is_asked_to_come_again() -> None:
    keeper = Doorkeeper(2, places=2, patience=0.01)
    with (
        keeper.admitted(1, 0),
        keeper.admitted(2, 0),
        pytest.raises(problems.Overloaded) as refused,
        keeper.admitted(3, 0),
    ):
        pass
    assert refused.value.retry_after == wait_of(3)
    with keeper.admitted(3, 0):
        pass


def test_one_tablet_takes_two_places_at_most() -> None:
    keeper = Doorkeeper(10, patience=0.01)
    with keeper.admitted(1, 0), keeper.admitted(1, 0):
        with pytest.raises(problems.Overloaded), keeper.admitted(1, 0):
            pass
        with keeper.admitted(2, 0):
            pass


def test_a_place_is_free_again_whatever_happened() -> None:
    keeper = Doorkeeper(1, places=1, patience=0.01)
    for _ in range(3):
        with pytest.raises(problems.XmlInvalid), keeper.admitted(1, 0):
            raise problems.XmlInvalid()


def test_eight_at_once_of_one_tablet_all_get_their_turn() -> None:
    keeper = Doorkeeper(3, places=3, patience=30)
    most, now, lock = Counter[str](), Counter[str](), threading.Lock()
    together = threading.Barrier(8)

    def send() -> None:
        together.wait()
        with keeper.admitted(7, 5000):
            with lock:
                now["in"] += 1
                most["in"] = max(most["in"], now["in"])
            with lock:
                now["in"] -= 1
                now["done"] += 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert now["done"] == 8
    assert most["in"] <= 2


def test_uploads_that_come_in_slowly_keep_nobody_from_work() -> None:
    keeper = Doorkeeper(1, places=3, patience=0.01, long_patience=0.01)
    with keeper.admitted(1, 0), keeper.admitted(2, 0):
        with keeper.admitted(3, 0), keeper.at_work(3):
            with pytest.raises(problems.Overloaded) as refused, keeper.at_work(1):
                pass
            assert refused.value.retry_after == wait_of(1)
            with pytest.raises(problems.Overloaded), keeper.admitted(4, 0):
                pass
        with keeper.at_work(1):
            pass


def test_what_is_here_gets_its_turn_one_after_the_other() -> None:
    keeper = Doorkeeper(2, places=6, long_patience=30)
    counts, lock = Counter[str](), threading.Lock()

    def send(device: int) -> None:
        with keeper.admitted(device, 0), keeper.at_work(device):
            with lock:
                counts["now"] += 1
                counts["most"] = max(counts["most"], counts["now"])
            with lock:
                counts["now"] -= 1
                counts["done"] += 1

    threads = [threading.Thread(target=send, args=(device,)) for device in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counts["done"] == 6
    assert counts["most"] <= 2


def test_five_hundred_interviews_with_pictures_go_through_in_an_evening() -> None:
    clock = Clock()
    keeper = Doorkeeper(3, clock=clock)
    for _ in range(500):
        with keeper.admitted(1, 700_000):
            clock.seconds += 1


def test_a_tablet_that_sends_without_end_waits_and_no_other_does() -> None:
    clock = Clock()
    keeper = Doorkeeper(3, clock=clock)
    with keeper.admitted(1, BURST_BYTES + 10 * BYTES_PER_SECOND):
        pass
    with pytest.raises(problems.RateLimited) as refused, keeper.admitted(1, 1):
        pass
    assert refused.value.retry_after == 11
    with keeper.admitted(2, 1):
        pass
    clock.seconds += 11
    with keeper.admitted(1, 1):
        pass


def test_tablets_come_back_at_different_times() -> None:
    waits = [wait_of(device) for device in range(10_000)]
    assert set(waits) == set(range(SHORTEST_WAIT, LONGEST_WAIT + 1))
    assert max(Counter(waits).values()) < 300
