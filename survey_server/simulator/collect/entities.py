"""Lists of entities: those of the server, and those that were made on the tablet.

    entities/<name of the list>.json    {"<id>": {"label", "version", "properties", "offline"}}

What the server no longer lists is deleted. What was made here, the server cannot list yet: of that
it is asked whether it has been deleted there, where the list says how to ask.
"""

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from survey_server.simulator.collect.listed import ListedFile, deleted_in
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.wire import Wire

ID, LABEL, VERSION = "name", "label", "__version"


@dataclass(frozen=True, slots=True)
class Entity:
    """`offline`: made on the tablet, and not yet told by the server."""

    label: str
    version: int
    properties: dict[str, str]
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Entities:
    folder: Path

    def list(self, name: str) -> dict[str, Entity]:
        """By id."""
        file = self.folder / f"{name}.json"
        if not file.exists():
            return {}
        return {key: Entity(**told) for key, told in json.loads(file.read_text()).items()}

    def make(self, name: str, key: str, entity: Entity) -> None:
        self._keep(name, {**self.list(name), key: entity})

    def merge(self, file: ListedFile, content: bytes, wire: Wire) -> None:
        """Raises Failed."""
        name = file.name.removesuffix(".csv")
        known, served = self.list(name), served_in(content)
        merged = {
            key: known[key] if key in known and known[key].version > one.version else one
            for key, one in served.items()
        }
        made_here = {key: one for key, one in known.items() if one.offline and key not in served}
        if made_here and file.integrity is not None:
            query = urlencode({"id": ",".join(made_here)})
            for gone in deleted_in(wire.document(f"{file.integrity}?{query}")):
                made_here.pop(gone, None)
        self._keep(name, merged | made_here)

    def _keep(self, name: str, entities: dict[str, Entity]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        told = {key: asdict(one) for key, one in entities.items()}
        (self.folder / f"{name}.json").write_text(json.dumps(told))


def served_in(content: bytes) -> dict[str, Entity]:
    """Raises Failed where a line lacks what every entity has."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    if rows.fieldnames is None or not {ID, LABEL, VERSION} <= set(rows.fieldnames):
        raise Failed("this is no list of entities")
    found = {}
    for row in rows:
        if None in row or not row[ID] or not row[VERSION].isdecimal():
            raise Failed("an entity without an id or a version")
        rest = {
            name: row[name] or "" for name in rows.fieldnames if name not in (ID, LABEL, VERSION)
        }
        found[row[ID]] = Entity(row[LABEL], int(row[VERSION]), rest)
    return found
