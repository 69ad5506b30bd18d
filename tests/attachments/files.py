"""Small files of every kind, and ways to send them."""

import hashlib
import secrets
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_server.services.attachments import place
from survey_server.services.attachments.shelf import Folder
from tests.http import upload
from tests.world import EAS, World, body_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


def photo(size: int = 2000) -> bytes:
    """Different from every other."""
    return JPEG + secrets.token_bytes(size - len(JPEG))


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def head_of(world: World, name: str = "lan") -> dict[str, str]:
    return {"Authorization": f"Bearer {world.secrets[name]}"}


def put(
    client: FlaskClient, world: World, content: bytes, by: str = "lan", **headers: Any
) -> TestResponse:
    sha256 = headers.pop("sha256", None) or sum_of(content)
    spelled = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return client.put(
        f"/api/v1/attachments/{sha256}", data=content, headers={**head_of(world, by), **spelled}
    )


def put_piece(
    client: FlaskClient, world: World, content: bytes, start: int, end: int, **headers: Any
) -> TestResponse:
    told = {"sha256": sum_of(content), "Upload_Offset": start, "Upload_Length": len(content)}
    return put(client, world, content[start:end], **{**told, **headers})


def ask(client: FlaskClient, world: World, sha256: str, by: str = "lan") -> TestResponse:
    return client.head(f"/api/v1/attachments/{sha256}", headers=head_of(world, by))


def named(**files: bytes | str) -> list[dict[str, Any]]:
    """Of contents, or sums; `photo_jpg` is photo.jpg."""
    return [
        {
            "name": name.replace("_", "."),
            "sha256": one if isinstance(one, str) else sum_of(one),
            "bytes": len(one),
        }
        for name, one in files.items()
    ]


def tell(
    client: FlaskClient, world: World, attachments: list[dict[str, Any]], **changes: Any
) -> dict[str, Any]:
    """An interview of Lan's that names these files."""
    told = world.submission(world.unit(EAS[0], 1), attachments=attachments, **changes)
    receipt = upload(client, world.secrets["lan"], body_of(told))
    return told | {"outcome": receipt["results"][0]["outcome"]}


def lying(world: World) -> list[str]:
    """Names of what lies on the shelf of the survey."""
    shelf = place().shelf
    assert isinstance(shelf, Folder)
    return [one.name for one in shelf.names(str(world.id))]


def rows(world: World) -> list[Any]:
    return world.sql("SELECT * FROM attachments WHERE survey_id = :survey ORDER BY stored_at")
