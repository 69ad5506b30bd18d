"""Lists in files beside a form: CSV, XML and GeoJSON, read as tablets read them.

A row is a mapping of texts. In XML the rows are root/item; in GeoJSON every feature is one, with
its properties, its own id before a property of that name, and `geometry` as an answer spells it:
"latitude longitude 0 0", with semicolons between the points of a line or of a polygon's outer ring.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from survey_server.domain.forms.problem_texts import refusal
from survey_server.domain.forms.wording import text_of
from survey_server.domain.safe_xml import XmlRefused, local_name, parse_bounded

Rows = tuple[Mapping[str, str], ...]

MAX_LIST_BYTES = 64 * 1024 * 1024


def rows_in(name: str, content: bytes) -> Rows | None:
    """None where the file is of another kind or shape, so that nothing is judged by it."""
    kind = PurePath(name).suffix.lower()
    if kind not in (".csv", ".xml", ".geojson"):
        return None
    if len(content) > MAX_LIST_BYTES:
        raise refusal("file_too_large", sheet=name, limit=MAX_LIST_BYTES)
    if kind == ".csv":
        return tuple(_csv_rows(name, content))
    return _xml_rows(name, content) if kind == ".xml" else tuple(_features(name, content))


def _csv_rows(name: str, content: bytes) -> Iterator[Mapping[str, str]]:
    text = _text(name, content)
    first = text[:4096].partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in rows:
            yield {key: cell for key, cell in row.items() if key and isinstance(cell, str)}
    except csv.Error as fault:
        raise refusal("list_broken", sheet=name, row=rows.line_num, fault=fault) from None


def _xml_rows(name: str, content: bytes) -> Rows | None:
    try:
        root = parse_bounded(content, max_bytes=MAX_LIST_BYTES)
    except XmlRefused as refused:
        raise refusal("list_broken", sheet=name, fault=refused) from None
    if local_name(root) != "root":
        return None
    return tuple(
        {local_name(cell): unicodedata.normalize("NFC", text_of(cell)) for cell in item}
        for item in root.iterfind("{*}item")
    )


# Any: what a JSON file holds is not known before it is looked at.
def _features(name: str, content: bytes) -> Iterator[Mapping[str, str]]:
    collection = _json(name, content)
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise refusal("list_broken", sheet=name, fault="FeatureCollection")
    for number, feature in enumerate(features, 1):
        try:
            yield _feature(feature)
        except (AttributeError, IndexError, KeyError, TypeError):
            raise refusal("list_broken", sheet=name, fault=f"features[{number}]") from None


def _json(name: str, content: bytes) -> Any:
    try:
        # Numbers stay as they are written: 01.50 is not for us to round.
        return json.loads(_text(name, content), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as fault:
        raise refusal("list_broken", sheet=name, fault=fault) from None


def _feature(feature: Any) -> Mapping[str, str]:
    if feature["type"] != "Feature":
        raise KeyError("type")
    row = {"geometry": _points(feature["geometry"])}
    row |= {str(key): _spelled(value) for key, value in (feature.get("properties") or {}).items()}
    if feature.get("id") is not None:
        row["id"] = _spelled(feature["id"])
    return row


def _points(geometry: Any) -> str:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Point":
        return _point(coordinates)
    if geometry["type"] == "LineString":
        return "; ".join(_point(point) for point in coordinates)
    if geometry["type"] == "Polygon":
        return "; ".join(_point(point) for ring in coordinates[:1] for point in ring)
    raise KeyError(geometry["type"])


def _point(position: Any) -> str:
    """GeoJSON has the longitude first, answers the latitude."""
    return f"{position[1]} {position[0]} 0 0"


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refusal("not_utf8", sheet=name, byte=fault.start) from None
    if "\0" in text:
        raise refusal("nul_bytes", sheet=name)
    return unicodedata.normalize("NFC", text)
