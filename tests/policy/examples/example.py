"""What an example says of a route: how it is called, and what then holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.policy.cast import Identity
from tests.policy.spots import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`form` is posted as a page does it, with the form's token. `by`: whoever the example itself
    brings along, instead of the caller. `cookies` are those beside session and form."""

    path: str
    method: str = "GET"
    json: Any = None
    form: Mapping[str, Any] | None = None
    parts: Mapping[str, Any] | None = None
    content: bytes | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    by: Identity | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """`status` is that of success, `outside` of what lies elsewhere or nowhere.

    `changes`: success changes tables. `limits`: what the route is limited by, where it is not what
    its line says. `named`: beside the survey, something in it is named, which may be not there.
    """

    build: Callable[[Spot], Call]
    status: int = 200
    changes: bool = False
    outside: int = 404
    limits: str = ""
    named: bool = True


def get(path: str) -> Call:
    return Call(path=path)


def post(path: str, json: Any = None) -> Call:
    return Call(path=path, method="POST", json=json)


def delete(path: str) -> Call:
    return Call(path=path, method="DELETE")


def fill_in(path: str, **form: Any) -> Call:
    """A form of a page."""
    return Call(path=path, method="POST", form=form)
