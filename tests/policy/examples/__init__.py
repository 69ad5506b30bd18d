"""A valid call of every route that names something of somebody's, or leaves a trace.

The authorisation matrix (tests/policy/matrix.py) makes each of these calls as everybody, for
something in everybody's areas and outside, and looks at answers, tables and the trail.

For a new route, add an entry to the module of its subject, or make a module and add it to PARTS:

    "devices.revoke": Example(
        lambda at: post(f"/api/v1/surveys/{at.survey}/devices/{at.device}/revoke", {}),
        changes=True,
    ),

`at` is where the thing lies (tests/policy/spots.py): its survey, its area, and things there, made
when they are asked for; `at.mine` is the caller's own area. Always take the thing from `at`, so
that the call would succeed if the caller were allowed. A kind of thing that is not in `Spot` yet
gets a property there, and an id that leads nowhere in `Nowhere`. A second way to name something by
the same route is a second entry: "people.appoint (area)".
"""

from tests.policy.examples import (
    attachments,
    devices,
    figures,
    forms,
    oneself,
    openrosa,
    pages,
    people,
    quarantine,
    quarantine_pages,
    releases,
    reviews,
)
from tests.policy.examples.example import Call, Example

PARTS = (
    people, devices, forms, figures, attachments, releases, reviews, quarantine, pages, openrosa,
    oneself, quarantine_pages,
)  # fmt: skip

EXAMPLES: dict[str, Example] = {
    name: example for part in PARTS for name, example in part.EXAMPLES.items()
}


def endpoint_of(name: str) -> str:
    return name.partition(" ")[0]


__all__ = ["EXAMPLES", "PARTS", "Call", "Example", "endpoint_of"]
