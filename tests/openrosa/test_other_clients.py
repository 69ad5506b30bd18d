"""Clients that spell things otherwise than Collect, and are as right."""

import base64
import gzip
import uuid
from contextlib import suppress

import pytest
from flask.testing import FlaskClient
from lxml import etree

from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from survey_server.domain.openrosa import Allowed, SentFile, read_upload
from survey_server.problems import TooManyFiles
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.sent import BOUNDARY, PHOTO, Collect, part, sentence, upload, whole
from tests.openrosa.test_the_door import LIST, lans
from tests.world import EAS, World

KIND = "multipart/form-data"


@pytest.fixture
def collect(client: FlaskClient, world: World, long_form: CompiledForm) -> Collect:
    return Collect(client, world, long_form)


def piece(head: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


@pytest.mark.parametrize(
    "path", [f"{LIST}/", "//openrosa/formList", "/openrosa//formList", "//openrosa//formList//"]
)
def test_slashes_too_many_are_no_other_address(
    client: FlaskClient, world: World, path: str
) -> None:
    answer = client.get(LIST, headers=lans(world), environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 200
    assert b"//forms" not in answer.data


@pytest.mark.parametrize("path", ["/openrosa/submission/", "/openrosa//submission"])
def test_slashes_too_many_are_no_redirect_for_an_upload(collect: Collect, path: str) -> None:
    body = upload(collect.xml())
    answer = collect.client.post(path, data=body, headers=collect.headers())
    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/openrosa", "/openrosa/", "/openrosa/formlist"])
def test_what_is_near_the_door_is_a_sentence_too(
    client: FlaskClient, world: World, path: str
) -> None:
    answer = client.get(path, headers={**lans(world), "Accept": "text/html"})
    assert (answer.status_code, sentence(answer) != "") == (404, True)


def test_names_in_addresses_may_be_spelled_in_hex(client: FlaskClient, world: World) -> None:
    path = f"/openrosa/forms/%63ensus_2024_long/versions/{world.version}/media/%70rovinces.csv"
    assert client.get(path, headers=lans(world)).status_code == 200


def test_headers_are_the_same_in_any_case_and_dates_may_be_odd(
    client: FlaskClient, world: World
) -> None:
    told = {name.lower(): value for name, value in lans(world).items()}
    for date in ("nonsense", "Tue, 03 Apr 2124 09:00:00 GMT+07:00", ""):
        answer = client.get(LIST, headers={**told, "x-openrosa-version": "1.0", "DATE": date})
        assert answer.status_code == 200


def test_vietnamese_of_vietnam_is_vietnamese(client: FlaskClient) -> None:
    told = client.get(LIST, headers={"Accept-Language": "vi-VN,en-US;q=0.8"})
    assert "đăng nhập" in sentence(told)


@pytest.mark.parametrize(
    "kind",
    [
        f'{KIND}; boundary="{BOUNDARY}"',
        f"{KIND}; boundary={BOUNDARY}; charset=utf-8",
        f"Multipart/Form-Data;Boundary={BOUNDARY}",
    ],
)
def test_a_boundary_is_found_however_it_is_spelled(collect: Collect, kind: str) -> None:
    assert collect.post(upload(collect.xml()), **{"Content-Type": kind}).status_code == 201


def test_a_boundary_may_have_signs_that_need_quotes(collect: Collect) -> None:
    odd = "a'()+_,-./:=?b c"
    body = upload(collect.xml()).replace(BOUNDARY.encode(), odd.encode())
    kind = {"Content-Type": f'{KIND}; boundary="{odd}"'}
    assert collect.post(body, **kind).status_code == 201


@pytest.mark.parametrize(
    "head",
    [
        'Content-Disposition: form-data; name="xml_submission_file"',
        'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"',
        "Content-Disposition: form-data; name=xml_submission_file; filename=a.xml",
        'Content-Disposition: form-data; filename="a.xml"; name="xml_submission_file"',
        'content-disposition: form-data; name="xml_submission_file"\r\ncontent-type: text/xml',
        'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n'
        "Content-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: binary",
    ],
)
def test_the_xml_is_found_however_its_part_is_spelled(collect: Collect, head: str) -> None:
    assert collect.post(whole(piece(head, collect.xml()))).status_code == 201


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ('name="ảnh nhà.jpg"; filename="ảnh nhà.jpg"', "ảnh nhà.jpg"),
        ('name="ảnh.jpg"; filename="anh.jpg"; filename*=UTF-8\'\'%E1%BA%A3nh.jpg', "ảnh.jpg"),
        ("name=\"ảnh.jpg\"; filename*=UTF-8''%E1%BA%A3nh.jpg", "ảnh.jpg"),
        ('filename="ảnh.jpg"', "ảnh.jpg"),
        ('name="a%22b.jpg"; filename="a%22b.jpg"', 'a"b.jpg'),
        (r'name="a\"b.jpg"; filename="a\"b.jpg"', 'a"b.jpg'),
    ],
)
def test_a_file_has_its_name_however_it_is_spelled(
    collect: Collect, spelled: str, name: str
) -> None:
    head = f"Content-Disposition: form-data; {spelled}\r\nContent-Type: image/jpeg"
    body = whole(part("xml_submission_file", collect.xml()), piece(head, PHOTO))
    assert collect.post(body).status_code == 201
    told = "SELECT name FROM submission_attachments WHERE survey_id = :survey"
    assert [row.name for row in collect.world.sql(told)] == [name]


def test_a_file_is_known_by_whichever_of_its_names_the_interview_has() -> None:
    numbered = SentFile("file1", b"", "ảnh.jpg")
    assert numbered.called({"ảnh.jpg"}) == "ảnh.jpg"
    assert numbered.called({"file1", "ảnh.jpg"}) == numbered.called(set()) == "file1"
    assert SentFile("a.jpg", b"").called({"b.jpg"}) == "a.jpg"


def test_fields_that_are_no_files_are_no_files(collect: Collect) -> None:
    """What stands against forged requests in Enketo's own pages goes along."""
    fields = [
        piece('Content-Disposition: form-data; name="__csrf"', b"x"),
        piece('Content-Disposition: form-data; name="Date"\r\nContent-Type: text/plain', b"x"),
    ]
    body = whole(part("xml_submission_file", collect.xml()), *fields)
    assert collect.post(body).status_code == 201
    told = "SELECT FROM submission_attachments WHERE survey_id = :survey"
    assert collect.world.sql(told) == []


def test_one_file_more_than_allowed_is_too_many() -> None:
    parts = [part(f"{number}.jpg", b"x") for number in range(3)]
    body = whole(part("xml_submission_file", b"<a/>"), *parts)
    pieces = iter([body, b""])
    with pytest.raises(TooManyFiles):
        read_upload(lambda _: next(pieces), f"{KIND}; boundary={BOUNDARY}", Allowed(files=2))


@pytest.mark.parametrize(("before", "behind"), [(b"\r\n", b""), (b"text\r\n", b"text")])
def test_what_stands_around_a_form_is_not_read(
    collect: Collect, before: bytes, behind: bytes
) -> None:
    assert collect.post(before + upload(collect.xml()) + behind).status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", " GZIP", "deflate", "identity, gzip", "x"])
@pytest.mark.parametrize("sent", [1, 0.5])
def test_what_comes_compressed_is_told_to_come_as_it_is(
    collect: Collect, encoding: str, sent: float
) -> None:
    body = gzip.compress(upload(collect.xml()))
    answer = collect.post(body[: int(sent * len(body))], **{"Content-Encoding": encoding})
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert "without Content-Encoding" in sentence(answer)
    assert collect.submissions() == []


def test_what_says_that_it_is_not_compressed_is_taken(collect: Collect) -> None:
    assert (
        collect.post(upload(collect.xml()), **{"Content-Encoding": "identity"}).status_code == 201
    )


def test_a_compressed_body_that_ends_early_is_told_the_same(
    encrypted: Encrypted, world: World, long_form: CompiledForm
) -> None:
    body = gzip.compress(filled(world, long_form))
    wire = encrypted.connect()
    wire.putrequest("POST", "/openrosa/submission")
    kind = {"Content-Type": f"{KIND}; boundary={BOUNDARY}", "Content-Encoding": "gzip"}
    for name, value in {**kind, **lans(world), "Content-Length": str(len(body))}.items():
        wire.putheader(name, value)
    wire.endheaders(body[: len(body) // 2])
    answer = wire.getresponse()
    assert (answer.status, b"OpenRosaResponse" in answer.read()) == (415, True)
    wire.close()


def test_xml_may_begin_with_its_byte_order(collect: Collect) -> None:
    assert collect.post(upload(b"\xef\xbb\xbf" + collect.xml())).status_code == 201


def filled(world: World, form: CompiledForm) -> bytes:
    unit = world.unit(EAS[0], 1)
    return upload(xml_of_tree(form.description, world.answers(unit), f"uuid:{uuid.uuid4()}"))


def test_a_connection_goes_on_after_a_body_that_was_sent_before_the_password(
    encrypted: Encrypted, world: World, long_form: CompiledForm
) -> None:
    body = filled(world, long_form)
    kind = {"Content-Type": f"{KIND}; boundary={BOUNDARY}"}
    wire = encrypted.connect()
    wire.request("POST", "/openrosa/submission", body, kind)
    answer = wire.getresponse()
    assert (answer.status, b"OpenRosaResponse" in answer.read()) == (401, True)
    place = wire.sock
    wire.request("POST", "/openrosa/submission", body, {**kind, **lans(world)})
    assert (wire.getresponse().status, wire.sock is place) == (201, True)
    wire.close()


def test_the_answer_comes_also_where_a_large_body_is_not_read(
    encrypted: Encrypted, world: World
) -> None:
    """The client may have failed to send it all; what it was told is there to be read."""
    wire = encrypted.connect()
    told = base64.b64encode(b"tablet-lan:" + b"x" * 43).decode()
    head = {"Content-Type": f"{KIND}; boundary=x", "Authorization": f"Basic {told}"}
    with suppress(OSError):
        wire.request("POST", "/openrosa/submission", b"x" * 3_000_000, head)
    answer = wire.getresponse()
    root = etree.fromstring(answer.read())
    assert (answer.status, root.tag.endswith("OpenRosaResponse")) == (401, True)
    wire.close()


def test_http_1_0_is_spoken_too(
    encrypted: Encrypted, world: World, long_form: CompiledForm
) -> None:
    wire = encrypted.connect()
    wire._http_vsn, wire._http_vsn_str = 10, "HTTP/1.0"  # type: ignore[attr-defined]
    kind = {"Content-Type": f"{KIND}; boundary={BOUNDARY}"}
    wire.request("POST", "/openrosa/submission", filled(world, long_form), {**kind, **lans(world)})
    assert wire.getresponse().status == 201
    wire.close()
