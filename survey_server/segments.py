"""Names that authors gave, as parts of an address.

An author calls a form `http://census.example/a` and a version `12/03/2024` or `..`. Slashes and
dots are read as folders by whatever stands on the way, however they are spelled, so that such a
name is spelled as a whole: `~`, and the base64url of its UTF-8 without padding. Every other name
is itself, percent-encoded. Routes take such parts as `<name:form_id>`.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

CODED = "~"
_PLAIN = re.compile(r"(?!~|\.{1,2}\Z)[^/\\]+", re.DOTALL)


def segment(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return quote(name, safe="")
    return CODED + urlsafe_b64encode(name.encode()).decode().rstrip("=")


def name_in(segment: str) -> str:
    """What `segment` was made of, out of an address that has been read."""
    if not segment.startswith(CODED):
        return segment
    coded = segment.removeprefix(CODED)
    try:
        return urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except ValueError:
        return segment


class Name(BaseConverter):
    def to_python(self, value: str) -> str:
        name = name_in(value)
        # The database knows no such names; the address itself was asked before it was decoded.
        if "\x00" in name:
            raise ValidationError
        return name

    def to_url(self, value: str) -> str:
        return segment(value)


def register(app: Flask) -> None:
    app.url_map.converters["name"] = Name
