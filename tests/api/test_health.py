import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from survey_server.settings import Settings


def test_the_server_says_that_it_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_the_server_is_ready_while_all_its_parts_work(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "parts": {"database": "ok", "queue": "ok", "disk": "ok", "files": "ok"},
    }


def test_a_full_disk_for_files_is_told(
    client: FlaskClient, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    measure = shutil.disk_usage
    files = Path(chosen.attachments)
    files.mkdir(parents=True, exist_ok=True)

    def nearly_full(path: Path) -> object:
        return usage(10**9, 10**9, 5 * 1024**2) if Path(path) == files else measure(path)

    monkeypatch.setattr("shutil.disk_usage", nearly_full)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["parts"]["files"] == "5 MB free"
    assert answer.json["parts"]["disk"] == "ok"
