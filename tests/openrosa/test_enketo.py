"""Enketo Express, simulated, against a real gunicorn over TLS."""

import uuid

import pytest
from lxml import etree
from sqlalchemy import Engine

from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from tests.attachments.files import photo
from tests.http import drain
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.enketo import Enketo
from tests.world import EAS, LONG, World


@pytest.fixture
def enketo(world: World, encrypted: Encrypted) -> Enketo:
    """Lan has signed in with the id and the secret of her device."""
    chain = str(encrypted.certificate.chain)
    return Enketo(f"{encrypted.url}/openrosa", "tablet-lan", world.secrets["lan"], chain)


def filled(world: World, form: CompiledForm, replaces: str | None = None) -> bytes:
    """A record as enketo-core serializes it, in place of another where it was edited."""
    unit = world.unit(EAS[0], 1)
    xml = xml_of_tree(form.description, world.answers(unit), f"uuid:{uuid.uuid4()}")
    root = etree.fromstring(xml)
    if replaces is not None:
        meta = root.find("meta")
        assert meta is not None
        etree.SubElement(meta, "deprecatedID").text = replaces
    return etree.tostring(root)


def id_of(xml: bytes) -> str:
    return etree.fromstring(xml).findtext("meta/instanceID", "")


def stored(world: World) -> set[str]:
    found = world.sql("SELECT instance_id FROM submissions WHERE survey_id = :survey")
    return {f"uuid:{row.instance_id}" for row in found}


def test_a_form_is_opened_with_everything_that_belongs_to_it(
    enketo: Enketo, world: World, long_form: CompiledForm
) -> None:
    told = enketo.survey(LONG)
    assert (told["formID"], told["version"]) == (LONG, world.version)
    assert enketo.form(told) == long_form.xform
    files = enketo.media(told)
    assert set(files) == {*long_form.media, "units.csv"}
    assert world.unit(EAS[0], 1).encode() in files["units.csv"]
    assert enketo.most_bytes() > 1_000_000


def test_a_form_that_is_not_there_is_an_empty_list(enketo: Enketo) -> None:
    with pytest.raises(ValueError, match="not enough values"):
        enketo.survey("another")


def test_a_record_with_photos_is_taken_and_counts_once(
    enketo: Enketo, world: World, long_form: CompiledForm, workers: Engine
) -> None:
    record = filled(world, long_form)
    photos = {"Ảnh nhà-10_15_3.jpg": photo(), "giấy tờ-10_16_1.jpg": photo()}
    assert enketo.submit(record, photos).status == 201
    drain(workers)
    (row,) = world.sql("SELECT sum(received) AS n FROM ea_coverage WHERE survey_id = :survey")
    assert row.n == 1
    names = world.sql(
        "SELECT name FROM submission_attachments WHERE instance_id = :id",
        id=id_of(record).removeprefix("uuid:"),
    )
    assert {one.name for one in names} == set(photos)


def test_photos_that_are_too_many_for_one_upload_come_in_several_that_all_look_whole(
    enketo: Enketo, world: World, long_form: CompiledForm, workers: Engine
) -> None:
    record = filled(world, long_form)
    photos = {f'Ảnh "{number}".jpg': photo(3000) for number in range(5)}
    answers = enketo.batches(record, photos, most=7000)
    assert [answer.status for answer in answers] == [201] * 3
    drain(workers)
    assert stored(world) == {id_of(record)}
    names = world.sql("SELECT name FROM submission_attachments WHERE survey_id = :survey")
    assert {one.name for one in names} == set(photos)


def test_after_a_time_out_the_record_is_sent_again_and_is_there_once(
    enketo: Enketo, world: World, long_form: CompiledForm
) -> None:
    record, photos = filled(world, long_form), {"a.jpg": photo()}
    enketo.unheard = 1
    with pytest.raises(TimeoutError):
        enketo.submit(record, photos)
    assert enketo.submit(record, photos).status == 201
    assert stored(world) == {id_of(record)}


def test_an_edited_record_takes_the_place_of_the_first(
    enketo: Enketo, world: World, long_form: CompiledForm, workers: Engine
) -> None:
    first = filled(world, long_form)
    edited = filled(world, long_form, id_of(first))
    assert [enketo.submit(one).status for one in (first, edited, first)] == [201, 201, 201]
    drain(workers)
    found = world.sql("SELECT current FROM interviews WHERE survey_id = :survey")
    assert [f"uuid:{row.current}" for row in found] == [id_of(edited)]


def test_a_wrong_password_is_refused_also_for_a_record(
    enketo: Enketo, world: World, long_form: CompiledForm
) -> None:
    enketo.password = "x" * 43
    answer = enketo.submit(filled(world, long_form))
    assert (answer.status, "máy" in answer.body.decode().lower()) == (401, True)
    assert stored(world) == set()
