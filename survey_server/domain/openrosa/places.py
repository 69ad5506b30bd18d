"""Where a form asks what the door has to know of a submission: its unit, its end, its files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_server.domain.forms.parts import Path

UNIT, FINISHED = "unit.code", "visit.finished"
# How an XForm types photos, sound, video, drawings and files.
FILE_TYPE = "binary"


@dataclass(frozen=True, slots=True)
class Places:
    """Paths below the root; those of units and ends in the order of the form."""

    unit: tuple[Path, ...]
    finished: tuple[Path, ...]
    files: tuple[Path, ...]


NOWHERE = Places((), (), ())


def places_of(description: Mapping[str, Any]) -> Places:
    """Of a form's description as clients are told it."""
    questions = list(_questions(description["questions"], ()))

    def of_role(role: str) -> tuple[Path, ...]:
        return tuple(path for path, one in questions if one.get("role") == role)

    return Places(
        unit=of_role(UNIT),
        finished=of_role(FINISHED),
        files=tuple(path for path, one in questions if one["type"] == FILE_TYPE),
    )


def _questions(
    parts: Sequence[Mapping[str, Any]], above: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for part in parts:
        path = (*above, part["name"])
        if part["kind"] == "question":
            yield path, part
        else:
            yield from _questions(part["children"], path)
