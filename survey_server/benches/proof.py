"""Whether what a server holds is what tablets told it: the checks, each independent of the server.

The ledger says what was made and what was promised; the bodies say what came; SQL, the API, the
export and the rebuild say what became of it. All of them must tell the same.
"""

import csv
import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from survey_server.benches import recount_bodies, recount_sql
from survey_server.benches.fieldwork import SURVEY
from survey_server.benches.recount_bodies import Demands, Told
from survey_server.domain.rules.across import ACROSS_RULES
from survey_server.simulator.truth import Pair, Truth, pairs_found, violations

BODIES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    held: bool
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Bodies:
    """What the stored bytes tell. `stored` are id and recomputed digest of every submission row."""

    stored: list[tuple[str, str]]
    misplaced: int
    interviews: list[Told]
    counting: list[Told]


def read_bodies(connection: Connection, demands: Demands, keys: Path) -> Bodies:
    """`keys` is the folder that the keys of surveys are in."""
    places = {
        (row.batch, row.position): str(row.instance_id)
        for row in connection.execute(text("SELECT instance_id, batch, position FROM submissions"))
    }
    found: dict[tuple[int, int], Told] = {}
    rows = connection.execute(
        text("SELECT batch, key_id, body FROM batch_bodies ORDER BY batch"),
        execution_options={"yield_per": BODIES_AT_ONCE},
    )
    for row in rows:
        packed = recount_bodies.opened(keys, SURVEY, row.batch, row.key_id, bytes(row.body))
        for position, sent in enumerate(recount_bodies.submissions_in(packed)):
            if (row.batch, position) in places:
                found[row.batch, position] = recount_bodies.told_by(*sent, demands)
    told = [found[place] for place in places if place in found]
    interviews = recount_bodies.current_of(told)
    return Bodies(
        stored=[(one.instance_id, one.sha256) for one in told],
        misplaced=sum(
            place not in found or found[place].instance_id != known
            for place, known in places.items()
        ),
        interviews=interviews,
        counting=recount_bodies.counting_of(interviews),
    )


def promises(truth: Truth, bodies: Bodies) -> Iterator[Check]:
    missing = truth.sha256.keys() - truth.acknowledged
    yield Check(
        "every record is acknowledged",
        not missing,
        {"made": len(truth.sha256), "acknowledged": len(truth.acknowledged)},
    )
    broken = violations(truth, bodies.stored)
    yield Check(
        "each is stored once, byte for byte",
        not broken and not bodies.misplaced and len(bodies.stored) == len(truth.sha256),
        {
            "stored": len(bodies.stored),
            "lost": len(broken.acknowledged_lost) + len(broken.never_arrived),
            "twice": len(broken.stored_twice),
            "phantom": len(broken.phantom),
            "content_differs": len(broken.content_differs),
            "misplaced": bodies.misplaced,
        },
    )


def nothing_left(connection: Connection) -> Check:
    left = {
        name: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
        for name, table in (
            ("pending", "pending_batches"),
            ("quarantined", "quarantine"),
            ("variants", "submission_variants"),
        )
    }
    left["not_derived"] = int(
        connection.execute(
            text("SELECT count(*) FROM submissions WHERE state <> 'derived'")
        ).scalar_one()
    )
    return Check("nothing is pending, nothing in quarantine", not any(left.values()), left)


def coverage(connection: Connection, bodies: Bodies) -> Iterator[Check]:
    kept = recount_sql.kept(connection)
    recounted = recount_sql.recounted(connection)
    wrong = recount_sql.wrongly_counting(connection)
    yield Check(
        "coverage equals a recount by SQL",
        kept == recounted == recount_sql.kept_by_day(connection) and not wrong,
        {**_sum(kept), "eas": len(kept), "eas_differ": _differing(kept, recounted)},
    )
    parsed = recount_bodies.coverage_of(bodies.interviews, bodies.counting)
    bare = {
        ea: {name: number for name, number in told.items() if name != "with_findings"}
        for ea, told in kept.items()
    }
    yield Check(
        "coverage equals a recount over the raw bodies",
        bare == parsed,
        {**_sum(parsed), "eas": len(parsed), "eas_differ": _differing(bare, parsed)},
    )


def coverage_told(url: str, username: str, password: str, connection: Connection) -> Check:
    """What a supervisor of the whole country is shown."""
    token = _asked(url, "/api/v1/sessions", {"username": username, "password": password})["token"]
    found = _asked(url, f"/api/v1/coverage?survey={SURVEY}&by=province", None, token)
    kept = _sum(recount_sql.kept(connection))
    total = {name: found["total"][name] for name in recount_sql.FIGURES if found["total"][name]}
    rows: Counter[str] = Counter()
    for row in found["rows"]:
        rows.update({name: row[name] for name in recount_sql.FIGURES})
    added = {name: number for name, number in rows.items() if number}
    return Check(
        "the API tells the same coverage, and its rows add up",
        kept == total == added and found["waiting"] == 0,
        {"total": total.get("received", 0), "waiting": found["waiting"]},
    )


def export(folder: Path, bodies: Bodies) -> Check:
    households = Counter(row["interview_id"] for row in _rows(folder / "household.csv"))
    persons = Counter(row["interview_id"] for row in _rows(folder / "person.csv"))
    counting = {one.interview_id: one.persons for one in bodies.counting}
    wanted = {interview: number for interview, number in counting.items() if number}
    return Check(
        "export rows equal counted interviews and their persons",
        households == Counter(counting.keys()) and persons == wanted,
        {
            "counted": len(counting),
            "households": households.total(),
            "persons_counted": sum(wanted.values()),
            "persons": persons.total(),
        },
    )


def rebuilt(differences: Sequence[object]) -> Check:
    return Check("a rebuild changes nothing", not differences, {"differences": len(differences)})


def duplicates(connection: Connection, truth: Truth) -> Iterator[Check]:
    """Two recognisable persons are what the rule needs; fewer are told apart. A unit that is
    interviewed twice has the same household, and often the same content, for another reason."""
    doubles = set(truth.doubles.values())
    pairs = _pairs(connection, ("same_household", "same_content")) - doubles
    every, able = pairs_found(truth, pairs), pairs_found(truth, pairs, at_least=2)
    yield Check(
        "planted double households with two recognisable persons are found",
        able.hit == able.planted,
        {
            "planted": able.planted,
            "found": able.hit,
            "recall": round(able.recall, 4),
            "precision": round(able.precision, 4),
            "pairs_reported": able.found,
            "planted_of_any_size": every.planted,
            "recall_of_any_size": round(every.recall, 4),
        },
    )
    same_unit = _pairs(connection, ("same_unit",))
    yield Check(
        "units interviewed twice are found, and no others",
        doubles == same_unit,
        {"planted": len(doubles), "found": len(same_unit)},
    )


def mistakes(connection: Connection, truth: Truth) -> Check:
    """Those planted in submissions that are current; an edit may have mended others.

    What is wrong between households is nobody's mistake here: the one that was to answer for a
    shared dwelling was not at home. It is told, and not counted.
    """
    found = {
        (str(row.current), row.rule, row.path)
        for row in connection.execute(
            text(
                "SELECT i.current, f.rule, f.path FROM findings f"
                " JOIN interviews i USING (interview_id, ea_id)"
            )
        )
    }
    current = {str(one) for one in connection.scalars(text("SELECT current FROM interviews"))}
    planted = {(one, *mistake) for one, mistake in truth.mistakes.items() if one in current}
    return Check(
        "planted mistakes are found, and nothing else",
        {one for one in found if one[1] not in ACROSS_RULES} == planted,
        {
            "planted": len(planted),
            "found": len(found & planted),
            "else": dict(Counter(rule for _, rule, _ in found - planted)),
        },
    )


def _pairs(connection: Connection, kinds: Sequence[str]) -> set[Pair]:
    rows = connection.execute(
        text("SELECT a, b FROM matches WHERE kind = ANY(:kinds)"), {"kinds": list(kinds)}
    )
    return {frozenset((str(row.a), str(row.b))) for row in rows}


def _sum(figures: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for told in figures.values():
        total.update(told)
    return {name: number for name, number in total.items() if number}


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> int:
    return sum(one.get(ea) != other.get(ea) for ea in one.keys() | other.keys())


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _asked(url: str, path: str, content: object, token: str = "") -> Any:  # nosec B107 - none
    """The server's own address is never asked for through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = None if content is None else json.dumps(content).encode()
    with opener.open(urllib.request.Request(url + path, body, headers), timeout=60) as answer:
        return json.load(answer)
