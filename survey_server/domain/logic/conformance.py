"""Runs reference cases and says where this engine differs.

    {"documents": {name: instance XML},
     "cases": [{"id", "expr", "doc", "context", "tz", "kind", "expected"}, …]}

`doc` null is an empty document; `context` is a path such as /div[1]/p[2]/@id; `kind` says how the
value is converted. Numbers that JSON does not have are {"num": "NaN"}. A case without "expected"
is run, and neither agrees nor differs.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from survey_server.domain.logic.compiling import compile_expression
from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault, XPathSyntaxError
from survey_server.domain.logic.tree import Node, new_document, tree_of_xml
from survey_server.domain.logic.values import Value, to_number, to_text, to_truth
from survey_server.domain.safe_xml import parse_bounded

# Cases are JSON: their fields are of any type.
Case = Mapping[str, Any]

_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?")
_LEAST_PLACES = 5
_ALMOST = 1e-14


@dataclass(frozen=True, slots=True)
class Result:
    """`agrees` is None where nothing was expected; `error` says why there is no value."""

    id: str
    expression: str
    kind: str
    value: object
    error: str | None
    expected: object
    agrees: bool | None

    def as_json(self) -> dict[str, object]:
        told = {"id": self.id, "expr": self.expression, "kind": self.kind, "value": self.value}
        if self.error is not None:
            told["error"] = self.error
        if self.agrees is not None:
            told |= {"expected": self.expected, "agrees": self.agrees}
        return told


def run_case(case: Case, documents: Mapping[str, str], now: datetime) -> Result:
    kind = str(case.get("kind") or "string")
    value: object = None
    error = None
    try:
        value = converted(_evaluated(case, documents, now), kind)
    except (XPathSyntaxError, EvaluationFault) as fault:
        error = str(fault)
    expected = case.get("expected")
    agrees = error is None and same(value, expected, kind) if "expected" in case else None
    return Result(str(case.get("id")), str(case["expr"]), kind, value, error, expected, agrees)


def _evaluated(case: Case, documents: Mapping[str, str], now: datetime) -> Value:
    zone = ZoneInfo(case.get("tz") or "UTC")
    xml = documents[case["doc"]] if case.get("doc") else None
    document = tree_of_xml(parse_bounded(xml.encode()), {}, zone) if xml else new_document()
    node = node_at(document, str(case.get("context") or "/"))
    return compile_expression(str(case["expr"])).evaluate(node, Context(document, now, zone))


def node_at(document: Node, place: str) -> Node:
    """Raises EvaluationFault if there is none."""
    node = document
    for step in filter(None, place.split("/")):
        found = _STEP.fullmatch(step)
        name, position = (found[1], int(found[2] or 1)) if found else (step, 1)
        if name.startswith("@"):
            nodes = [node.attributes[name[1:]]] if name[1:] in node.attributes else []
        else:
            nodes = node.named.get(name, [])
        if len(nodes) < position:
            raise EvaluationFault(f"the document has no {place}")
        node = nodes[position - 1]
    return node


def converted(value: Value, kind: str) -> object:
    """The value as the case wants it, in what JSON has."""
    if kind == "boolean":
        return to_truth(value)
    if kind in {"number", "number_rounded"}:
        return _json_number(to_number(value))
    if kind == "date" and isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return to_text(value)


def _json_number(number: float) -> object:
    if math.isnan(number):
        return {"num": "NaN"}
    if math.isinf(number):
        return {"num": "Infinity" if number > 0 else "-Infinity"}
    if number == 0 and math.copysign(1, number) < 0:
        return {"num": "-0"}
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def same(value: object, expected: Any, kind: str) -> bool:
    if kind == "string_matches":
        flags = re.IGNORECASE if "i" in expected.get("flags", "") else 0
        return re.search(expected["regex"], str(value), flags) is not None
    if kind in {"number", "number_rounded"}:
        return _same_number(_number_of(value), _number_of(expected), kind)
    return value == expected and type(value) is type(expected)


def _number_of(told: Any) -> float:
    return float(told["num"] if isinstance(told, dict) else told)


def _same_number(number: float, expected: float, kind: str) -> bool:
    """Zero is zero, whatever its sign: one of the reference engines has no -0 in round()."""
    if math.isnan(number) or math.isnan(expected):
        return math.isnan(number) and math.isnan(expected)
    if number == expected or kind == "number":
        return number == expected or math.isclose(number, expected, rel_tol=_ALMOST)
    places = max(_LEAST_PLACES, len(repr(expected).partition(".")[2]))
    return round(number, places) == round(expected, places)
