"""A call of every route: what stands in the place of each parameter of a path."""

import uuid

from werkzeug.routing import Rule

from tests.world import EAS, LONG, World


def examples(world: World) -> dict[str, str]:
    """A new parameter gets its example here; one without fails the tests that go by routes."""
    return {
        "survey": world.code,
        "form_id": LONG,
        "version": world.version,
        "name": "provinces.csv",
        "filename": "mark.svg",
        "release": str(uuid.UUID(int=0)),
        "interview": str(uuid.UUID(int=0)),
        "attachment": str(uuid.UUID(int=0)),
        "instance": str(uuid.UUID(int=0)),
        "sha256": "0" * 64,
        "area": EAS[0],
        "ea": EAS[0],
        "a": str(uuid.UUID(int=0)),
        "a_ea": EAS[0],
        "b": str(uuid.UUID(int=1)),
        "b_ea": EAS[0],
        "token": "0",
        "username": f"lan@{world.code}",
        "session": "0",
    }


def filled(rule: Rule, world: World, **instead: object) -> str:
    """The rule's path with the examples in it; numbers are 0 unless told."""
    path = rule.rule
    known = examples(world) | {name: str(value) for name, value in instead.items()}
    for name in sorted(rule.arguments):
        converter = type(rule._converters[name]).__name__
        default = "0" if converter == "IntegerConverter" else None
        value = known.get(name) if converter != "IntegerConverter" else known.get(name, default)
        if converter == "IntegerConverter" and not str(value).isdigit():
            value = "0"
        assert value is not None, (
            f"The path parameter {name} of {rule.rule} has no example: add one in"
            " tests/policy/calls.py."
        )
        if converter == "UUIDConverter" and "-" not in value:
            value = str(uuid.UUID(int=0))
        path = _put(path, name, value)
    return path


def _put(path: str, name: str, value: str) -> str:
    before, _, rest = path.partition("<")
    while rest:
        inside, _, after = rest.partition(">")
        if inside.rpartition(":")[2] == name:
            return f"{before}{value}{after}"
        before = f"{before}<{inside}>{after.partition('<')[0]}"
        rest = after.partition("<")[2]
    return path
