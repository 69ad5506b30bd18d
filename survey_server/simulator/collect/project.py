"""The settings picture: JSON, deflated, in base64."""

import base64
import json
import zlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Project:
    """`url` has no slash at its end."""

    url: str
    username: str
    password: str = field(repr=False)
    language: str = "en"
    match_exactly: bool = False


def scan(text: str) -> Project:
    """Raises ValueError where the picture is none of Collect's."""
    told = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    general = told["general"]
    if not isinstance(told["admin"], dict):
        raise ValueError("settings without admin")
    return Project(
        general["server_url"].rstrip("/"),
        general.get("username", ""),
        general.get("password", ""),
        general.get("app_language", "en"),
        general.get("form_update_mode") == "match_exactly",
    )
