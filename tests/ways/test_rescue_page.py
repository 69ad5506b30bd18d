"""Supervisors bring in what a tablet of theirs holds, on its page."""

import gzip
import re
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.carrying import device_of
from tests.http import signed_in
from tests.ways.books import Books
from tests.world import EAS, World, body_of

TOKEN = "x" * 43


def ask(client: FlaskClient, world: World, who: str, path: str, **form: Any) -> TestResponse:
    cookie = signed_in(client, world, who)["Authorization"].removeprefix("Bearer ")
    head = {"Cookie": f"survey_session={cookie}; survey_form={TOKEN}"}
    fresh = client.application.test_client(use_cookies=False)
    if not form:
        return fresh.get(path, headers=head)
    return fresh.post(path, data={"form_token": TOKEN, **form}, headers=head)


def test_a_supervisor_brings_in_a_file_and_sees_what_became_of_it(
    client: FlaskClient, world: World, books: Books
) -> None:
    good = world.submission(world.unit(EAS[0], 1))
    wrong = world.submission(world.unit(EAS[0], 2)) | {"sha256": "0" * 64}
    file = gzip.compress(body_of(good, wrong))
    page = f"/surveys/{world.code}/devices/{device_of(world, 'tablet-lan')}"
    assert f"{page}/rescue" in ask(client, world, "hoa", page).get_data(as_text=True)
    assert "enctype" in ask(client, world, "hoa", f"{page}/rescue").get_data(as_text=True)
    for again in ("đã giữ", "đã có từ trước"):
        sent: dict[str, Any] = {"reason": "Vỡ màn hình", "file": (BytesIO(file), "a.json.gz")}
        done = ask(client, world, "hoa", f"{page}/rescue", **sent)
        assert done.status_code == 303
        shown = ask(client, world, "hoa", done.headers["Location"]).get_data(as_text=True)
        told = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", shown))
        assert told == {"không nhận": "1", again: "1", "Ảnh và tệp khác": "0"}
        listed = ask(client, world, "hoa", f"{done.headers['Location']}.csv")
        assert f"{wrong['instance_id']},rejected,sha_mismatch" in listed.get_data(as_text=True)
    # Nobody else's supervisor.
    assert ask(client, world, "duc", f"{page}/rescue").status_code == 404
    assert ask(client, world, "duc", done.headers["Location"]).status_code == 404
    books.balance()
    assert books.kept(good["instance_id"])
    assert books.counted(EAS[0]) == (1, 0)


def test_what_cannot_be_read_is_told_on_the_form(client: FlaskClient, world: World) -> None:
    page = f"/surveys/{world.code}/devices/{device_of(world, 'tablet-lan')}/rescue"
    for name, content in (("a.sqlite", b"no store"), ("b.zip", b"PK\x03\x04..."), ("", b"")):
        sent: dict[str, Any] = {"reason": "Vỡ màn hình", "file": (BytesIO(content), name or "c")}
        answer = ask(client, world, "hoa", page, **sent)
        assert answer.status_code == 422
        assert 'value="Vỡ màn hình"' in answer.get_data(as_text=True)
        assert "không phải kho phiếu" in answer.get_data(as_text=True)
    assert ask(client, world, "hoa", page, reason="").status_code == 422
