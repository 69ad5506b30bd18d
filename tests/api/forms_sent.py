"""Small forms as their authors send them."""

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import World


def sheet(
    title: str = "Trẻ em", label: str = "Tuổi", form_id: str = "children", **more: str
) -> str:
    """A form in Markdown, the shortest spelling of sheets."""
    relevant = more.get("relevant", "")
    version = more.get("version", "")
    return f"""
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | relevant | bind::survey:role |
| | text | name | Tên | Name | | |
| | integer | age | {label} | Age | {relevant} | |
| settings |
| | form_title | form_id | version | default_language | namespaces |
| | {title} | {form_id} | {version} | Tiếng Việt (vi) | survey="urn:survey-server:form" |
"""


def put_up(
    client: FlaskClient,
    world: World,
    head: dict[str, str],
    form: str | bytes,
    name: str = "form.md",
    media: dict[str, bytes] | None = None,
    query: str = "",
    **parts: Any,
) -> TestResponse:
    content = form.encode() if isinstance(form, str) else form
    files = [(BytesIO(data), one) for one, data in (media or {}).items()]
    return client.post(
        f"/api/v1/surveys/{world.code}/forms{query}",
        data={"form": (BytesIO(content), name), "media": files, **parts},
        headers=head,
        content_type="multipart/form-data",
    )
