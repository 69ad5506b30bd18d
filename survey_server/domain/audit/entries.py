"""An entry of the trail, and the bytes that its hash is over."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from survey_server.domain.audit.actions import ACTIONS

LONGEST_OBJECT = 300
LONGEST_VALUE = 300
MOST_DATA = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Made once: a trail that is verified is spelled entry by entry.
_spelled = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# Ids, codes, counts and hashes.
Data: TypeAlias = Mapping[str, str | int | None]


class BadEntry(ValueError):
    """A mistake of ours: an entry that the trail cannot hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `object` is what it was done to, in ids and codes ("release:5b1e…"); `data` what
    else must be known, in ids, codes, counts and hashes. Nobody's name, answer or secret."""

    action: str
    survey: str | None = None
    person: int | None = None
    device: int | None = None
    object: str = ""
    data: Data = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises BadEntry."""
        if self.action not in ACTIONS:
            raise BadEntry(f"{self.action} is not in survey_server/domain/audit/actions.py.")
        if len(self.object) > LONGEST_OBJECT or len(self.data) > MOST_DATA:
            raise BadEntry(f"An entry of {self.action} is too long.")
        for name, value in self.data.items():
            if not _NAME.fullmatch(name):
                raise BadEntry(f"{name!r} is no name in an entry of {self.action}.")
            if isinstance(value, str) and len(value) > LONGEST_VALUE:
                raise BadEntry(f"{name} in an entry of {self.action} is too long.")


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is on file. `survey` is "" for what belongs to no survey; `at` is spelled as
    the hash has it, in UTC with microseconds and "+00:00"; `data` is JSON, in whatever order."""

    id: int
    at: str
    action: str
    survey: str
    person: int | None
    device: int | None
    object: str
    data: str


def canonical(kept: Kept) -> bytes:
    """The same bytes for ever: JSON in UTF-8, sorted, without spaces, the moment in UTC."""
    told = {
        "action": kept.action,
        "at": kept.at,
        "data": json.loads(kept.data),
        "device": kept.device,
        "id": kept.id,
        "object": kept.object,
        "person": kept.person,
        "survey": kept.survey,
    }
    return _spelled.encode(told).encode()
