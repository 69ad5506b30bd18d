"""What pages are made of: vendored, known, light, and translated."""

import base64
import hashlib
import io
import json
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from tests.web.conftest import World

CATALOGUE = "survey_server/web/translations/vi/LC_MESSAGES"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
LARGEST_FIRST_PAGE = 300_000


def test_every_vendored_file_is_as_the_manifest_says(project: Path) -> None:
    vendor = project / "survey_server/web/static/vendor"
    told = {one["file"]: one for one in json.loads((vendor / "manifest.json").read_text())}
    present = {file.relative_to(vendor).as_posix(): file for file in vendor.glob("*/*")}
    assert told.keys() == present.keys()
    for name, file in present.items():
        digest = base64.b64encode(hashlib.sha384(file.read_bytes()).digest()).decode()
        assert told[name]["integrity"] == f"sha384-{digest}"
        assert told[name]["licence"] == "OFL-1.1"
        assert (file.parent / "LICENSE").exists()


def test_the_first_page_weighs_less_than_300_kb(
    supervisor: FlaskClient, world: World, project: Path
) -> None:
    page = supervisor.get(world.coverage(), headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    static = project / "survey_server/web/static"
    files = [*static.glob("vendor/*/*.woff2"), *static.glob("*.*")]
    assert len(page.data) + sum(file.stat().st_size for file in files) < LARGEST_FIRST_PAGE


def test_files_are_kept_for_a_year_where_their_address_names_their_content(
    client: FlaskClient,
) -> None:
    page = client.get("/sign-in").text
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    for address, kept in ((style, True), (style.split("?", maxsplit=1)[0], False)):
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert ("immutable" in answer.headers.get("Cache-Control", "")) is kept


def test_every_sentence_of_the_pages_is_told_in_vietnamese(project: Path) -> None:
    catalogue = read_po(io.BytesIO((project / CATALOGUE / "messages.po").read_bytes()), "vi")
    said = {
        found[2] if isinstance(found[2], str) else found[2][0]
        for found in extract_from_dir(str(project / "survey_server/web"), METHODS)
    }
    told = {
        message.id[0] if isinstance(message.id, tuple | list) else message.id
        for message in catalogue
        if message.string and message.id and not message.fuzzy
    }
    assert said == told


def test_the_compiled_catalogue_is_made_of_the_readable_one(project: Path) -> None:
    readable = io.BytesIO((project / CATALOGUE / "messages.po").read_bytes())
    compiled = io.BytesIO()
    write_mo(compiled, read_po(readable, "vi"))
    assert compiled.getvalue() == (project / CATALOGUE / "messages.mo").read_bytes()
