"""Answers that a client keeps and asks for again: with the sum of their bytes as ETag."""

from functools import cached_property
from hashlib import md5

from flask import Response, request


class Kept:
    """Bytes, and their sum, which is the protocol's; nobody is protected by it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @cached_property
    def md5(self) -> str:
        return md5(self.body, usedforsecurity=False).hexdigest()


def kept(content: Kept, kind: str) -> Response:
    """200, or 304 where the client has these bytes already."""
    if request.if_none_match.contains_weak(content.md5):
        answer = Response(status=304)
        del answer.headers["Content-Type"]
    else:
        answer = Response(content.body, content_type=kind)
    answer.headers["ETag"] = f'"{content.md5}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
