"""Files that somebody may fetch: browsers store them, and never show them as pages of ours.

What is in a file was made by others: a form's author, an enumerator. Shown in a window of the
server's own address, it could act for whoever looks at it.
"""

import re
import unicodedata
from typing import TypeVar

from werkzeug.wrappers import Response

R = TypeVar("R", bound=Response)

LONGEST_NAME = 150


def as_file(response: R, name: str) -> R:
    """`name` may come from anybody."""
    response.headers["Content-Disposition"] = f'attachment; filename="{safe_name(name)}"'
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def safe_name(name: str) -> str:
    """Letters, digits and `._-` alone: nothing that ends a header, a folder or a command."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", bare).lstrip("._-")
    stem, dot, kind = kept.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{kind[-20:]}" if stem else (kind[:LONGEST_NAME] or "file")
