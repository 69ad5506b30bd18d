"""Who looks, and what they may see: the argument of every read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A role in one survey, within an area and everything below it."""

    survey_code: str
    area_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, with the scopes that hold today."""

    person_id: int
    name: str
    scopes: tuple[Scope, ...]

    def areas_in(self, survey_code: str, roles: tuple[str, ...] = ()) -> list[int]:
        """The areas this person may see in a survey, in any role or in one of `roles`."""
        return [
            scope.area_id
            for scope in self.scopes
            if scope.survey_code == survey_code and (not roles or scope.role in roles)
        ]
