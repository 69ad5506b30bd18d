"""The roles of a survey, and what a program may be allowed to do in somebody's name."""

from collections.abc import Iterable

ROLES = (
    "enumerator", "team_leader", "supervisor", "data_manager", "administrator", "auditor",
)  # fmt: skip
# They sign in on tablets in the field, where a second device is not at hand.
FIELD_STAFF = ("enumerator", "team_leader")

# Each route that programs may call names one of them; see survey_server/policy.py.
PROGRAM_SCOPES = (
    "coverage:read",
    "findings:read",
    "forms:read",
    "forms:write",
    "rules:read",
    "rules:write",
    "releases:read",
    "releases:make",
    "people:read",
    "people:write",
)


def needs_second_factor(roles: Iterable[str]) -> bool:
    return any(role not in FIELD_STAFF for role in roles)
