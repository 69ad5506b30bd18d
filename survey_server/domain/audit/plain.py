"""What callers typed, as far as it may stand in the trail."""

import re

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


def plain(typed: str | None) -> str:
    """A code as it is. Anything else could be a name or an answer, and is only said to be there."""
    if not typed:
        return ""
    return typed if _CODE.fullmatch(typed) else "(other)"
