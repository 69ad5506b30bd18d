"""Submissions by OpenRosa: what is answered, and what is kept."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.entities import entity_id
from survey_server.domain.forms import CompiledForm
from tests.api.carrying import enrolled
from tests.http import drain
from tests.openrosa.sent import (
    BOUNDARY,
    PHOTO,
    Collect,
    changed,
    part,
    sentence,
    upload,
    whole,
)
from tests.world import World

LAUGHS = (
    b"<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><data id='x'>&l9;</data>"
)


@pytest.fixture
def collect(client: FlaskClient, world: World, long_form: CompiledForm) -> Collect:
    return Collect(client, world, long_form)


def test_collect_asks_first_how_much_it_may_send(collect: Collect) -> None:
    answer = collect.client.head("/openrosa/submission?deviceID=a", headers=collect.headers())
    assert answer.status_code == 204
    largest = collect.client.application.extensions["settings"].attachment_bytes
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == str(largest)
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["Location"].endswith("/openrosa/submission")


def test_an_interview_is_stored_and_understood(collect: Collect, workers: Engine) -> None:
    xml = collect.xml(3)
    answer = collect.send(xml)
    assert (answer.status_code, sentence(answer)) == (201, "The server has the submission.")
    (row,) = collect.submissions()
    assert (row.state, row.revision, row.replaces, row.pending) == ("received", 1, None, True)
    assert row.interview_id == row.instance_id
    drain(workers)
    (told,) = collect.world.sql(
        "SELECT i.*, u.code FROM interviews i JOIN units u ON u.id = i.unit_id"
        " WHERE i.survey_id = :survey"
    )
    assert told.code == collect.world.unit("01-001-00001-001", 3)
    assert (told.counts, told.complete, told.persons > 0) == (True, True, True)
    (figures,) = collect.world.sql(
        "SELECT received, complete FROM ea_coverage WHERE survey_id = :survey AND received > 0"
    )
    assert tuple(figures) == (1, 1)


def test_it_is_thanked_for_in_vietnamese(collect: Collect) -> None:
    collect.language = "vi"
    assert sentence(collect.send(collect.xml())) == "Máy chủ đã nhận phiếu."


def test_the_same_again_is_taken_and_nothing_is_stored_again(collect: Collect) -> None:
    xml = collect.xml()
    assert [collect.send(xml).status_code for _ in range(3)] == [201] * 3
    assert [collect.count(one) for one in ("batches", "batch_bodies", "pending_batches")] == [1] * 3
    assert len(collect.submissions()) == 1


def test_the_same_from_another_tablet_is_taken_too(
    collect: Collect, long_form: CompiledForm
) -> None:
    xml = collect.xml()
    other = Collect(collect.client, collect.world, long_form, who="mai")
    assert [one.send(xml).status_code for one in (collect, other, other)] == [201] * 3
    assert len(collect.submissions()) == collect.count("batch_bodies") == 1


def test_other_bytes_under_the_same_id_are_refused_and_kept(collect: Collect) -> None:
    xml = collect.xml()
    other = changed(xml, b"</data>", b" </data>")
    assert collect.send(xml).status_code == 201
    answers = [collect.send(other) for _ in range(2)]
    assert [one.status_code for one in answers] == [409, 409]
    assert "Both are kept" in sentence(answers[0])
    (_,) = collect.world.sql(
        "SELECT v.* FROM submission_variants v JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey"
    )
    assert collect.count("batch_bodies") == 2
    assert collect.send(xml).status_code == 201


def test_an_edit_replaces_and_the_original_may_come_again(
    collect: Collect, workers: Engine
) -> None:
    first = f"uuid:{uuid.uuid4()}"
    original = collect.xml(instance=first)
    edit = collect.xml(deprecatedID=first)
    assert [collect.send(one).status_code for one in (original, edit, original)] == [201] * 3
    drain(workers)
    (interview,) = collect.world.sql("SELECT * FROM interviews WHERE survey_id = :survey")
    rows = {row.instance_id: row for row in collect.submissions()}
    assert rows[interview.current].replaces == uuid.UUID(first[5:])


def test_an_edit_that_comes_first_is_joined_by_its_original(
    collect: Collect, workers: Engine
) -> None:
    first = f"uuid:{uuid.uuid4()}"
    for xml in (collect.xml(deprecatedID=first), collect.xml(instance=first)):
        assert collect.send(xml).status_code == 201
        drain(workers)
    (interview,) = collect.world.sql("SELECT * FROM interviews WHERE survey_id = :survey")
    assert interview.current != uuid.UUID(first[5:])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b' version="', b' version="none-'),
        (b' id="census', b' id="unknown'),
        (b' version="', b' other="'),
    ],
)
def test_an_unknown_form_is_kept_for_somebody_to_look_at(
    collect: Collect, before: bytes, after: bytes
) -> None:
    answer = collect.send(changed(collect.xml(), before, after))
    assert answer.status_code == 201
    (row,) = collect.world.sql(
        "SELECT q.code, s.state FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey"
    )
    assert tuple(row) == ("form_version_unknown", "quarantined")


def test_an_unknown_unit_is_stored_and_counted_apart(collect: Collect, workers: Engine) -> None:
    xml = changed(collect.xml(1), b"01-001-00001-001-001", b"01-001-00001-001-999")
    assert collect.send(xml).status_code == 201
    drain(workers)
    (row,) = collect.world.sql(
        "SELECT received FROM ea_coverage WHERE survey_id = :survey AND ea_id = -:survey"
    )
    assert row.received == 1


def test_the_household_that_was_chosen_tells_the_unit_where_no_question_does(
    collect: Collect,
) -> None:
    code = collect.world.unit("01-001-00001-001", 4)
    entity = entity_id(collect.world.code, code)
    for _ in range(2):
        xml = changed(collect.xml(4), b"01-001-00001-001-004", b"")
        assert (
            collect.send(
                changed(xml, b"</meta>", f'<entity id="{entity}"/></meta>'.encode())
            ).status_code
            == 201
        )
    units = collect.world.sql(
        "SELECT u.code FROM submissions s JOIN units u ON u.id = s.unit_id"
        " WHERE s.survey_id = :survey"
    )
    assert [row.code for row in units] == [code] * 2


def test_a_new_household_that_was_chosen_before_its_tablet_was_enrolled_anew_is_that_one(
    collect: Collect,
) -> None:
    client, world = collect.client, collect.world
    listed = client.get("/openrosa/entities/units.csv", headers=collect.headers())
    code = world.unit("01-001-00001-001", 11)
    assert code in listed.text
    world.secrets["lan"] = enrolled(client, world, "lan", "tablet-lan")
    again = client.get("/openrosa/entities/units.csv", headers=collect.headers())
    assert code not in again.text
    chosen = f'<entity id="{entity_id(world.code, code)}"/></meta>'.encode()
    xml = changed(collect.xml(4), b"01-001-00001-001-004", b"")
    assert collect.send(changed(xml, b"</meta>", chosen)).status_code == 201
    (unit,) = world.sql(
        "SELECT u.code FROM submissions s JOIN units u ON u.id = s.unit_id"
        " WHERE s.survey_id = :survey AND u.reserved_used_at IS NOT NULL"
    )
    assert unit.code == code


def xml_of(meta: str, attributes: str = 'id="x" version="1"') -> bytes:
    return f"<data {attributes}><a>1</a>{meta}</data>".encode()


SOME = "<meta><instanceID>uuid:6f2f7a2e-3a30-4f0c-9d0d-0e6a1c1f9a01</instanceID></meta>"


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (xml_of(SOME)[:-5], 400),
        (xml_of(SOME)[:20], 400),
        (b"", 400),
        (b"not xml", 400),
        (xml_of(SOME).replace(b">1<", b">\0<"), 422),
        (xml_of(SOME).replace(b">1<", b">&#0;<"), 400),
        (xml_of(""), 400),
        (xml_of("<meta/>"), 400),
        (xml_of("<meta><instanceID/></meta>"), 400),
        (xml_of("<meta><instanceID>uuid:1</instanceID></meta>"), 400),
        (xml_of("<meta><instanceID>" + "x" * 36 + "</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>uuid:{uuid.UUID(int=0)}</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>uuid:{uuid.UUID(int=7)}/1</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>{{{uuid.UUID(int=7)}</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>{uuid.UUID(int=7)}}}</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>{uuid.UUID(int=7).hex}1</instanceID></meta>"), 400),
        (xml_of(f"<meta><instanceID>uuid:{str(uuid.UUID(int=7))[4:]}</instanceID></meta>"), 400),
        (xml_of(SOME, 'version="1"'), 400),
        (xml_of(SOME, f'id="{"x" * 300}"'), 400),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'>" + xml_of(SOME), 400),
        (
            b"<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
            + xml_of(SOME).replace(b">1<", b">&f;<"),
            400,
        ),
        (LAUGHS, 400),
        (xml_of("<b>" * 100 + "</b>" * 100 + SOME), 400),
        (xml_of("<b>" * 20_000 + "</b>" * 20_000 + SOME), 400),
        (xml_of("<b/>" * 10_001 + SOME), 422),
        (xml_of("<b>" + "x" * 1024 * 1024 + "</b>" + SOME), 413),
        (xml_of(SOME).decode().encode("utf-16"), 422),
    ],
)
def test_what_is_no_submission_is_refused_with_a_sentence(
    collect: Collect, xml: bytes, status: int
) -> None:
    answer = collect.send(xml)
    assert answer.status_code == status
    assert len(sentence(answer)) > 20
    assert collect.submissions() == []


@pytest.mark.parametrize("prefix", ["uuid:", "", "UUID:", "urn:uuid:", "uuid: "])
@pytest.mark.parametrize("space", ["", ' xmlns="http://openrosa.org/xforms"'])
def test_its_id_is_found_in_either_namespace(collect: Collect, prefix: str, space: str) -> None:
    made = uuid.uuid4()
    meta = f"<meta{space}><instanceID>{prefix}{str(made).upper()}</instanceID></meta>"
    assert collect.send(xml_of(meta)).status_code == 201
    assert [row.instance_id for row in collect.submissions()] == [made]


def test_one_id_is_one_submission_however_it_is_spelled(collect: Collect) -> None:
    """Other bytes, be it another spelling alone, are a conflict and no second submission."""
    made = uuid.uuid4()
    spellings = (f"uuid:{made}", f"uuid:{{{made}}}", made.hex, f"{{{made.hex.upper()}}}")
    answers = [
        collect.send(xml_of(f"<meta><instanceID>{one}</instanceID></meta>")).status_code
        for one in (*spellings, spellings[0])
    ]
    assert answers == [201, 409, 409, 409, 201]
    assert [row.instance_id for row in collect.submissions()] == [made]


def test_an_edit_names_its_original_in_any_spelling(collect: Collect) -> None:
    made = uuid.uuid4()
    assert collect.send(collect.xml(instance=made.hex)).status_code == 201
    edit = collect.xml(deprecatedID=f"uuid:{{{str(made).upper()}}}")
    assert collect.send(edit).status_code == 201
    assert {row.replaces for row in collect.submissions()} == {None, made}


@pytest.mark.parametrize(
    ("attributes", "form", "version"),
    [
        ('xmlns="http://example.org/form" version="1"', "http://example.org/form", "1"),
        ('xmlns="http://example.org/form" id="x"', "x", ""),
        (f'id="{"x" * 249}" version="{"1" * 249}"', "x" * 249, "1" * 249),
    ],
)
def test_a_form_is_known_by_its_id_or_else_by_its_namespace(
    collect: Collect, attributes: str, form: str, version: str
) -> None:
    meta = f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta>"
    assert collect.send(xml_of(meta, attributes)).status_code == 201
    (row,) = collect.world.sql(
        "SELECT q.form_id, q.form_version FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey"
    )
    assert tuple(row) == (form, version)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/xml", 415),
        ("application/json", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        (f"multipart/form-data; boundary={'x' * 300}", 400),
        ("multipart/form-data; boundary=another", 400),
        ("multipart/mixed; boundary=" + BOUNDARY, 415),
    ],
)
def test_what_is_no_form_upload_is_refused(collect: Collect, kind: str, status: int) -> None:
    answer = collect.post(upload(collect.xml()), **{"Content-Type": kind})
    assert (answer.status_code, len(sentence(answer)) > 20) == (status, True)


def test_a_form_without_the_xml_is_refused(collect: Collect) -> None:
    answer = collect.post(whole(part("photo.jpg", PHOTO, "image/jpeg")))
    assert answer.status_code == 400
    assert "xml_submission_file" in sentence(answer)


XML = part("xml_submission_file", xml_of(SOME))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (XML[:-20], 400),
        (XML, 400),
        (whole(XML)[:-6], 400),
        (whole(XML).replace(b"\r\n", b"\n"), 400),
        (whole(XML).replace(b"\r\n\r\n", b"\n\n"), 400),
        (whole(XML, *[part(f"{n}.jpg", b"x") for n in range(10_000)]), 413),
        (whole(part("x" * 1_000_000, b"1"), XML), 400),
        (whole(XML.replace(b"\r\n\r\n", b"\r\nA: b" * 100 + b"\r\n\r\n", 1)), 400),
        (whole(XML, b"--" + BOUNDARY.encode() + b"\r\n\r\n" + whole(XML)), 400),
        (whole(XML, *[part(f"{n}.jpg", PHOTO) for n in range(303)]), 413),
        (whole(XML, *[part(f"{n}.jpg", b"x" * 4_000_000) for n in range(3)]), 413),
        (b"x" * 100_000, 400),
        (whole(part("xml_submission_file", b"")), 400),
    ],
)
def test_a_hostile_form_is_refused_and_nothing_is_kept(
    collect: Collect, body: bytes, status: int
) -> None:
    answer = collect.post(body)
    assert (answer.status_code, len(sentence(answer)) > 20) == (status, True)
    assert collect.submissions() == []


def test_two_interviews_in_one_upload_are_refused(collect: Collect) -> None:
    """One of them would be thanked for and forgotten."""
    both = [part("xml_submission_file", collect.xml(number)) for number in (1, 2)]
    assert collect.post(whole(*both)).status_code == 400
    assert collect.submissions() == []
    assert collect.post(whole(both[0], both[0])).status_code == 201


def test_the_xml_may_come_after_its_files(collect: Collect) -> None:
    body = whole(part("a.jpg", PHOTO, "image/jpeg"), part("xml_submission_file", collect.xml()))
    assert collect.post(body).status_code == 201


def test_a_file_that_is_too_large_is_said_and_the_interview_is_kept(collect: Collect) -> None:
    """Or it could never be sent at all."""
    photo = PHOTO + b"x" * 5 * 1024 * 1024
    answer = collect.send(collect.xml(), ("a.jpg", photo))
    assert (answer.status_code, "picture smaller" in sentence(answer)) == (413, True)
    assert len(collect.submissions()) == 1


def test_a_file_that_no_request_could_hold_is_refused_with_what_to_do(collect: Collect) -> None:
    body = upload(collect.xml(), [("a.mp4", b"x" * (10 * 1024 * 1024 + 1))])
    told = {
        "en": ("too large", "smaller picture size", "tell your supervisor"),
        "vi": ("quá lớn", "cỡ ảnh nhỏ hơn", "báo giám sát viên"),
    }
    for language, words in told.items():
        answer = collect.post(body, **{"Accept-Language": language})
        assert answer.status_code == 413
        assert [one for one in words if one not in sentence(answer)] == []
    assert collect.submissions() == []


def test_as_many_bytes_as_are_told_are_taken_in_as_many_files_as_there_may_be(
    collect: Collect,
) -> None:
    """Of contents: names and boundaries come on top, here the longest that there are. Enketo
    divides by bytes alone."""
    head = collect.client.head("/openrosa/submission", headers=collect.headers())
    most, xml = int(head.headers["X-OpenRosa-Accept-Content-Length"]), collect.xml()
    each = (most - len(xml)) // 300
    files = [(f"{n:03}" + "ệ" * 80 + ".jpg", PHOTO + bytes(each - len(PHOTO))) for n in range(300)]
    assert collect.send(xml, *files).status_code == 201


def test_collect_puts_a_hundred_and_one_files_into_one_upload(collect: Collect) -> None:
    photos = [(f"{n}.jpg", PHOTO + b"%d" % n) for n in range(101)]
    assert collect.send(collect.xml(), *photos, more=True).status_code == 201
