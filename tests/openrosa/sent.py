"""What ODK Collect sends, as it sends it."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from survey_server.domain.answers import xml_of_tree
from survey_server.domain.forms import CompiledForm
from tests.world import EAS, World

BOUNDARY = "----collect7d1f0c"
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4 + b"\xff\xd9"
ADDRESS = "/openrosa/submission?deviceID=collect%3Aabcdefgh12345678"


def part(name: str, content: bytes, kind: str = "text/xml") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
    head += f"Content-Type: {kind}\r\n\r\n"
    return f"--{BOUNDARY}\r\n{head}".encode() + content + b"\r\n"


def whole(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def upload(xml: bytes, files: Sequence[tuple[str, bytes]] = (), more: bool = False) -> bytes:
    parts = [part("xml_submission_file", xml)]
    if more:
        parts.append(part("*isIncomplete*", b"yes", "text/plain"))
    return whole(*parts, *(part(name, content, "image/jpeg") for name, content in files))


@dataclass
class Collect:
    """A tablet of the world with ODK Collect."""

    client: FlaskClient
    world: World
    form: CompiledForm
    who: str = "lan"
    language: str = field(default="en")

    def xml(self, number: int = 1, instance: str | None = None, **meta: str) -> bytes:
        """An interview of the unit of that number; `meta` adds elements."""
        unit = self.world.unit(EAS[0], number)
        tree = self.world.answers(unit)
        made = instance or f"uuid:{uuid.uuid4()}"
        root = etree.fromstring(xml_of_tree(self.form.description, tree, made))
        for name, text in meta.items():
            etree.SubElement(root.find("meta"), name).text = text  # type: ignore[arg-type]
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")

    def headers(self, **more: str) -> dict[str, str]:
        told = f"tablet-{self.who}:{self.world.secrets[self.who]}".encode()
        return {
            "Authorization": "Basic " + base64.b64encode(told).decode(),
            "X-OpenRosa-Version": "1.0",
            "Accept-Language": self.language,
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            **more,
        }

    def post(self, body: bytes, **headers: str) -> TestResponse:
        return self.client.post(ADDRESS, data=body, headers=self.headers(**headers))

    def send(self, xml: bytes, *files: tuple[str, bytes], more: bool = False) -> TestResponse:
        return self.post(upload(xml, files, more))

    def submissions(self) -> list[Any]:
        return self.world.sql(
            "SELECT s.*, p.batch IS NOT NULL AS pending FROM submissions s"
            " LEFT JOIN pending_batches p ON p.batch = s.batch"
            " WHERE s.survey_id = :survey ORDER BY s.received_at, s.instance_id"
        )

    def count(self, table: str) -> int:
        """Rows about this survey's tablets in a table of batches."""
        key = "id" if table == "batches" else "batch"
        return int(
            self.world.sql(
                f"SELECT count(*) FROM {table} t JOIN batches b ON b.id = t.{key}"
                " JOIN devices d ON d.id = b.device_id WHERE d.survey_id = :survey"
            )[0][0]
        )


def sentence(answer: TestResponse) -> str:
    assert answer.content_type == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.get_data())
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return str(root.findtext("{*}message"))


def changed(xml: bytes, before: bytes, after: bytes) -> bytes:
    made = xml.replace(before, after)
    assert made != xml
    return made
