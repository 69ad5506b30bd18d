"""Who may appoint whom, and so also end, disable or reset: superiors, in their own area, and only
for lesser posts. Nobody appoints themselves; that is the service's first question.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from survey_server.domain.people.viewers import Scope


@dataclass(frozen=True, slots=True)
class Post:
    """A role in an area; `path` are the ids of the areas above it and, last, its own."""

    survey_code: str
    role: str
    path: tuple[int, ...]


# Where the holder of a role may fill another: in the whole of the own area, or only below it.
OWN, BELOW = "own", "below"
APPOINTS: dict[str, dict[str, str]] = {
    "administrator": {
        "enumerator": OWN,
        "team_leader": OWN,
        "supervisor": OWN,
        "data_manager": OWN,
        "auditor": OWN,
        # A country needs more than one administrator, and only they can make one.
        "administrator": OWN,
    },
    "data_manager": {
        "enumerator": OWN,
        "team_leader": OWN,
        "supervisor": OWN,
        "data_manager": BELOW,
    },
    "supervisor": {
        "enumerator": OWN,
        "team_leader": OWN,
        "supervisor": BELOW,
    },
    "team_leader": {},
    "enumerator": {},
    # Whoever looks after the others' doings does nothing.
    "auditor": {},
}


def may_appoint(scopes: Iterable[Scope], post: Post) -> bool:
    """Whether one of the scopes is a superior's of that post."""
    return any(_is_over(scope, post) for scope in scopes)


def _is_over(scope: Scope, post: Post) -> bool:
    if scope.survey_code != post.survey_code or scope.area_id not in post.path:
        return False
    where = APPOINTS[scope.role].get(post.role)
    return where == OWN or (where == BELOW and scope.area_id != post.path[-1])
