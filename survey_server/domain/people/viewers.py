"""Who looks, with the roles and areas that hold today."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A role in one survey, within an area and everything below it."""

    survey_code: str
    area_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, or a program in a person's name, with the scopes that hold today.

    A program may do only what its token names: `program_scopes`, which are None for a person.
    """

    person_id: int
    name: str
    scopes: tuple[Scope, ...]
    program_scopes: frozenset[str] | None = None

    def areas_in(self, survey_code: str, roles: tuple[str, ...] = ()) -> list[int]:
        """The areas this person may see in a survey, in any role or in one of `roles`."""
        return [
            scope.area_id
            for scope in self.scopes
            if scope.survey_code == survey_code and (not roles or scope.role in roles)
        ]
