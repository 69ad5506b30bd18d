"""Places: areas, distances, fences, on a sphere of the equator's radius.

A point is "latitude longitude [altitude [accuracy]]"; a line or an area has semicolons between its
points, and an area ends with its first point.
"""

import math
from collections.abc import Iterable
from itertools import pairwise

from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.values import NAN, Value, number_of_text, to_text

RADIUS_METRES = 6_378_100.0
_METRES_OF_A_DEGREE = 2 * RADIUS_METRES * math.pi / 360.0

Point = tuple[float, float]


def area(values: list[Value]) -> float:
    """Square metres. Planar, from the first point: good for fields, not for continents."""
    points = _points(values)
    if len(points) < 3:
        return 0.0
    first = points[0]
    corners = [_metres_from(first, point) for point in points[1:]]
    doubled = sum(y1 * x2 - x1 * y2 for (x1, y1), (x2, y2) in pairwise(corners))
    return abs(doubled / 2)


def distance(*items: list[Value]) -> float:
    """Metres along the points: of one line or area, of a set of nodes, or of the arguments."""
    if len(items) == 1:
        points = _points(items[0])
    else:
        points = [_point(to_text(value)) for values in items for value in values or [""]]
    return sum((_between(one, other) for one, other in pairwise(points)), 0.0)


def geofence(point: str, shape: str) -> bool:
    """Even-odd rule: a ray from the point crosses the border an odd number of times."""
    latitude, longitude = _point(point)
    inside = False
    for (lat1, lon1), (lat2, lon2) in pairwise(_line(shape)):
        if (lat2 > latitude) is (lat1 > latitude):
            continue
        if longitude < (lon1 - lon2) * (latitude - lat2) / (lat1 - lat2) + lon2:
            inside = not inside
    return inside


def _points(values: list[Value]) -> list[Point]:
    """One value is a line or an area; several are points."""
    if len(values) == 1:
        return _line(to_text(values[0]))
    return [_point(to_text(value)) for value in values]


def _line(text: str) -> list[Point]:
    parts = text.split(";")
    while parts and not parts[-1].strip():
        parts.pop()
    return [_point(part) for part in parts]


def _point(text: str) -> Point:
    """What is left out is 0."""
    parts = [*text.split(), "0", "0"]
    latitude, longitude = number_of_text(parts[0]), number_of_text(parts[1])
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise EvaluationFault("something that is no place is read as a place")
    return latitude, longitude


def _metres_from(first: Point, point: Point) -> Point:
    shrinks = math.cos(math.radians(point[0]))
    x = (point[1] - first[1]) * _METRES_OF_A_DEGREE * shrinks
    return x, (point[0] - first[0]) * _METRES_OF_A_DEGREE


def _between(one: Point, other: Point) -> float:
    """Spherical law of cosines."""
    latitudes = math.radians(one[0]), math.radians(other[0])
    turn = math.cos(math.radians(one[1] - other[1]))
    cosine = _product(map(math.sin, latitudes)) + _product(map(math.cos, latitudes)) * turn
    return math.acos(cosine) * RADIUS_METRES if abs(cosine) <= 1 else NAN


def _product(factors: Iterable[float]) -> float:
    return math.prod(factors)


TABLE: Table = {
    "area": Function(area, ("values",), "number"),
    "enclosed-area": Function(area, ("values",), "number"),
    "distance": Function(distance, (), "number", more=("values",), least_more=1),
    "geofence": Function(geofence, ("text", "text"), "truth"),
}
