"""Ringing: once for many arrivals, never in the way, and every name leads to a job."""

import importlib
import socket
import threading
from contextlib import suppress

import pytest

from survey_server import queueing, settings
from survey_server.queueing import Bell


def test_every_job_name_leads_to_a_function() -> None:
    for name in (queueing.DRAIN, queueing.MAKE_RELEASE):
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_many_rings_ask_once_until_somebody_looks(chosen: settings.Settings) -> None:
    bell = Bell(chosen.redis_url)
    bell.connection.flushall()
    for _ in range(5):
        bell.ring()
    assert bell.connection.llen("rq:queue:intake") == 1
    bell.heard()
    bell.ring()
    assert bell.connection.llen("rq:queue:intake") == 2
    bell.connection.flushall()


def test_a_dead_queue_neither_fails_nor_delays() -> None:
    assert Bell("redis://127.0.0.1:1/0").ring() is False
    with socket.create_server(("127.0.0.1", 0)) as dying:
        met: list[None] = []

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    dying.accept()[0].close()
                    met.append(None)

        meeting = threading.Thread(target=hang_up)
        meeting.start()
        assert Bell(f"redis://127.0.0.1:{dying.getsockname()[1]}/0").ring() is False
        dying.shutdown(socket.SHUT_RDWR)
        meeting.join()
    # Whoever tries again waits before that.
    assert len(met) == 1


def test_what_is_queued_holds_no_personal_data(chosen: settings.Settings) -> None:
    bell = Bell(chosen.redis_url)
    bell.connection.flushall()
    bell.ring()
    job = next(iter(bell.connection.scan_iter("rq:job:*")))
    assert b"drain()" in bell.connection.hget(job, "description")
    bell.connection.flushall()


def test_a_queue_that_hangs_holds_up_one_upload_and_not_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Longer than any machine stands still.
    monkeypatch.setattr(queueing, "SILENCE_SECONDS", 3600.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bell = Bell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert bell.ring() is False
        for _ in range(50):
            assert bell.ring() is False
        bell.connection.close()
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()
