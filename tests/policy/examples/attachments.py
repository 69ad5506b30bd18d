"""Photos and other files of interviews."""

import hashlib
import secrets

from tests.policy.examples.example import Call, Example, get
from tests.policy.spots import Spot


def _interview(at: Spot) -> str:
    return f"/api/v1/interviews/{at.file.interview}/attachments"


def _new(at: Spot) -> Call:
    photo = b"\xff\xd8\xff" + secrets.token_bytes(20)
    path = f"/api/v1/attachments/{hashlib.sha256(photo).hexdigest()}"
    return Call(path=path, method="PUT", content=photo)


EXAMPLES = {
    "attachments.state": Example(lambda at: get(f"/api/v1/attachments/{at.file.sha256}")),
    "attachments.put": Example(_new, 201, changes=True, named=False),
    "attachments.list_attachments": Example(lambda at: get(_interview(at))),
    "attachments.one_file": Example(lambda at: get(f"{_interview(at)}/{at.file.id}")),
}
