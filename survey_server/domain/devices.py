"""How a tablet gets into somebody's hands: the code that is typed, and what a QR picture holds.

A code is read out over bad telephones and copied from paper by hand, so its alphabet has no two
letters that look or are written alike: no 0 O, 1 I, 2 Z, 5 S, 8 B, U V. Ten of the other 25 are
46 bits, which is plenty against guessing at a server that counts attempts, and little against
somebody who has stolen the database and guesses at home. So what is stored is a slow digest.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ALPHABET = "34679ACDEFGHJKLMNPQRTUWXY"
LETTERS = 10
# Some 20 ms a guess, and 8 MiB. Without a salt of its own, or it could not be looked up.
_WORK, _BLOCK = 2**13, 8
_SALT = b"survey-server enrolment code"

DEVICE_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{2,63}"

# How ODK Collect shows the project, so that people find it among others.
ICON, COLOR = "📋", "#0b6e4f"


def new_code(choose: Callable[[str], str]) -> str:
    """`choose` draws one letter of a text."""
    return "".join(choose(ALPHABET) for _ in range(LETTERS))


def as_shown(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


def as_typed(text: str) -> str | None:
    """The code in whatever case, with whatever spaces and hyphens; None where it cannot be one."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if len(code) == LETTERS and set(code) <= set(ALPHABET) else None


def digest_of(code: str) -> bytes:
    return hashlib.scrypt(code.encode(), salt=_SALT, n=_WORK, r=_BLOCK, p=1, dklen=32)


def fingerprint_of(public_key: str) -> str:
    """Of a receipt key in base64: SHA-256 in hex, of which the key's id is the beginning."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()


@dataclass(frozen=True, slots=True)
class Server:
    """Where tablets reach the server, and how they know its receipts."""

    address: str
    receipt_key: str


def invitation(server: Server, code: str) -> str:
    """What the QR picture for our own client holds: where to enrol, and with which code."""
    return _json(
        {
            "survey_server": 1,
            "server": server.address,
            "code": code,
            "receipt_key_sha256": fingerprint_of(server.receipt_key),
        }
    )


@dataclass(frozen=True, slots=True)
class CollectProject:
    """What ODK Collect must know. `username` is the device, `password` its secret."""

    server_url: str
    username: str
    password: str
    name: str


def collect_settings(project: CollectProject) -> str:
    """What ODK Collect's settings picture holds: its JSON, deflated, in base64."""
    told = {
        "general": {
            "server_url": project.server_url,
            "username": project.username,
            "password": project.password,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "app_language": "vi",
        },
        "admin": {},
        "project": {"name": project.name, "icon": ICON, "color": COLOR},
    }
    return base64.b64encode(zlib.compress(_json(told).encode(), 9)).decode()


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
