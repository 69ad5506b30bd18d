"""Asks JavaRosa and our engine for the values of random expressions, and counts what differs.

    python -m tests.javarosa.fuzz 20000 [SEED]     random expressions over random interviews
    python -m tests.javarosa.fuzz pairs [ZONE]     operators and functions between all values

Not part of the tests: they run a few hundred of these (test_expressions.py).
"""

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from survey_server.domain.logic import (
    Context,
    EvaluationFault,
    Node,
    Value,
    XPathSyntaxError,
    compile_expression,
    to_text,
    tree_of_rows,
    tree_of_xml,
)
from survey_server.domain.logic.conformance import node_at
from survey_server.domain.safe_xml import parse_bounded
from tests.javarosa.expressions import CODES, FORM, SELECTS, TYPES, Expressions, Interviews
from tests.javarosa.oracle import ZONE, JavaRosa, javarosa
from tests.javarosa.pairs import pairs

CONTEXTS = ("/data", "/data/i", "/data/t", "/data/d", "/data/group/x")
PER_INTERVIEW = 200
KINDS = {float: "Double", str: "String", bool: "Boolean", datetime: "Date"}


@dataclass(frozen=True, slots=True)
class Difference:
    expression: str
    context: str
    theirs: str
    ours: str
    kind: str
    instance: str

    def __str__(self) -> str:
        lines = (f"[{self.kind}] {self.expression}", f"at {self.context}")
        return "\n    ".join((*lines, f"JavaRosa {self.theirs}", f"ours     {self.ours}"))


def load(engine: JavaRosa, folder: Path) -> None:
    binds = [_bind(path, kind) for path, kind in TYPES.items()]
    body = [_control(path) for path in TYPES if not path.startswith("person")]
    inner = "".join(_control(p) for p in TYPES if p.startswith("person/") and "child" not in p)
    child = "".join(_control(p) for p in TYPES if p.startswith("person/child"))
    body.append(
        '<group ref="/data/person"><repeat nodeset="/data/person">'
        + inner
        + '<group ref="/data/person/child"><repeat nodeset="/data/person/child">'
        + child
        + "</repeat></group></repeat></group>"
    )
    path = folder / "world.xml"
    path.write_text(FORM.format(binds="".join(binds), body="".join(body)))
    engine.load(path, folder)


def _bind(path: str, kind: str) -> str:
    # JavaRosa reads only lists that some expression of the form reads.
    more = 'relevant="false()" calculate="count(instance(\'list\')/root/item)"'
    return f'<bind nodeset="/data/{path}" type="{kind}" {more if path == "hidden" else ""}/>'


def _control(path: str) -> str:
    tag = "select" if path in SELECTS else "input"
    codes = CODES if path in SELECTS else ()
    items = "".join(f"<item><label>{c}</label><value>{c}</value></item>" for c in codes)
    return f'<{tag} ref="/data/{path}"><label>{path}</label>{items}</{tag}>'


def compare(engine: JavaRosa, rng: random.Random, count: int) -> Iterator[Difference | None]:
    """None for every case that agrees."""
    while count > 0:
        xml = Interviews(rng).xml()
        batch = list(_cases(rng, xml, min(count, PER_INTERVIEW)))
        count -= len(batch)
        engine.fill(xml)
        for (expression, place), theirs in zip(batch, engine.evaluate(batch), strict=True):
            yield _judged(expression, place, theirs, xml)


def compare_all(
    engine: JavaRosa, rng: random.Random, expressions: Sequence[str], zone: str = ZONE
) -> Iterator[Difference | None]:
    """At the root of one interview."""
    xml = Interviews(rng).xml()
    engine.fill(xml)
    for start in range(0, len(expressions), PER_INTERVIEW):
        batch = [(text, "/data") for text in expressions[start : start + PER_INTERVIEW]]
        for (expression, place), theirs in zip(batch, engine.evaluate(batch), strict=True):
            yield _judged(expression, place, theirs, xml, zone)


def _cases(rng: random.Random, xml: str, count: int) -> Iterator[tuple[str, str]]:
    people = xml.count("<person>")
    makers = Expressions(rng)
    for _ in range(count):
        expression = makers.any(rng.randint(1, 4))
        person = f"/data/person[{rng.randint(1, people)}]"
        inside = [f"{person}/{name}" for name in ("age", "name", "born", "child[1]/w")]
        # From elsewhere ../../person leaves the document.
        yield expression, rng.choice(inside if "../../" in expression else [*CONTEXTS, *inside])


def _judged(
    expression: str, place: str, theirs: dict[str, str], xml: str, zone_name: str = ZONE
) -> Difference | None:
    zone = ZoneInfo(zone_name)
    types = {tuple(path.split("/")): kind for path, kind in TYPES.items()}
    document = tree_of_xml(parse_bounded(xml.encode()), types, zone)
    document.named["data"][0].named["hidden"][0].hide()
    context = Context(document, datetime.now(zone), zone, instances={"list": _list()})
    try:
        value = compile_expression(expression).evaluate(node_at(document, place), context)
    except (EvaluationFault, XPathSyntaxError) as fault:
        if "error" in theirs:
            return None
        return Difference(expression, place, str(theirs), f"error: {fault}", "only ours fails", xml)
    problem = _problem(value, theirs)
    if problem is None:
        return None
    return Difference(expression, place, str(theirs), repr(value), problem, xml)


def _problem(value: Value, theirs: dict[str, str]) -> str | None:
    if "error" in theirs:
        return "only JavaRosa fails"
    kind = KINDS[type(value)]
    if kind != theirs["kind"]:
        return "another kind"
    ours = to_text(value)
    if ours == theirs["value"] or (kind == "Double" and _near(float(ours), float(theirs["value"]))):
        return None
    return "another value"


def _near(ours: float, theirs: float) -> bool:
    if ours != ours or theirs != theirs:
        return ours != ours and theirs != theirs
    return ours == theirs or abs(ours - theirs) <= 1e-9 * max(1.0, abs(theirs))


def _list() -> Node:
    names = ("name", "label", "num", "area")
    rows = ("1|One|10|a", "2|Two|20.5|a", "03|Ba||b", "x y|Bốn|-4|b")
    return tree_of_rows([dict(zip(names, row.split("|"), strict=True)) for row in rows])


def main() -> None:
    what, more = sys.argv[1], sys.argv[2:]
    zone = more[0] if what == "pairs" and more else ZONE
    rng = random.Random(int(more[0]) if what != "pairs" and more else 1)
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, javarosa(Path(name), zone) as engine:
        load(engine, Path(name))
        compared = (
            compare_all(engine, rng, list(pairs()), zone)
            if what == "pairs"
            else compare(engine, rng, int(what))
        )
        for difference in compared:
            kinds["agree" if difference is None else difference.kind] += 1
            if difference is not None and difference.kind != "only JavaRosa fails":
                print(difference)
    print(json.dumps(kinds))


if __name__ == "__main__":
    main()
