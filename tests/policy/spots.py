"""Where the thing lies that a route is asked for: in an area of a survey, or nowhere at all."""

import uuid
from dataclasses import dataclass

from tests.policy.cast import Identity
from tests.policy.stock import File, Member, Stock, session_of, token_of
from tests.world import World

NOBODY = 2_000_000_000
NO_SURVEY = "no_such_survey"
NO_AREA = "nowhere"


@dataclass(frozen=True, slots=True)
class Spot:
    """An area as `who` asks for it, by the survey's code `survey`. Things are those of `world`.

    `home` is the caller's own area. `theirs`: what is somebody's own is the caller's.
    """

    stock: Stock
    world: World
    area: str
    survey: str
    who: Identity
    home: tuple[World, str]
    theirs: bool = True

    @property
    def mine(self) -> "Spot":
        """Of the caller's own area, asked for in the same survey."""
        world, area = self.home
        return Spot(self.stock, world, area, self.survey, self.who, self.home)

    @property
    def member(self) -> Member:
        return self.stock.member(self.world, self.area)

    @property
    def person(self) -> int:
        return self.member.person

    @property
    def role(self) -> int:
        return self.member.role

    @property
    def device(self) -> int:
        return self.member.device

    @property
    def colleague(self) -> int:
        """Another than `person`, always in the caller's own area."""
        return self.stock.member(*self.home, "colleague").person

    @property
    def release(self) -> str:
        """Of the area, and asked for by the caller, where they are anybody."""
        return self.stock.release(self.world, self.area, self.who.person or self.person)

    @property
    def file(self) -> File:
        return self.stock.file(self.world, self.area)

    @property
    def interview(self) -> str:
        return self.stock.interview(self.world, self.area)

    @property
    def rescued(self) -> int:
        """An import of what the tablet held."""
        return self.stock.rescued(self.world, self.area)

    @property
    def quarantined(self) -> str:
        """A submission that nobody has understood."""
        return self.stock.quarantined(self.world, self.area)

    @property
    def twice(self) -> str:
        """A submission that came twice, with other content."""
        return self.stock.twice(self.world, self.area)

    @property
    def pair(self) -> tuple[str, str]:
        """Interviews that may be about one household."""
        return self.stock.pair(self.world, self.area)

    @property
    def version_id(self) -> int:
        """Of the survey's form."""
        return self.stock.version_id(self.world)

    def form(self, state: str) -> str:
        return self.stock.form(self.world, state)

    def version(self, state: str = "published", new: bool = False) -> str:
        """As an address names it."""
        form_id, version = self.stock.version(self.world, state, new)
        return f"{form_id}/versions/{version}"

    @property
    def _owner(self) -> int:
        return (self.theirs and self.who.person) or self.person

    @property
    def session(self) -> int:
        return session_of(self.world, self._owner)

    @property
    def token(self) -> int:
        return token_of(self.world, self._owner)


@dataclass(frozen=True, slots=True)
class Nowhere(Spot):
    """Of ids and codes that lead to nothing."""

    @property
    def member(self) -> Member:
        return Member(NOBODY, NOBODY, NOBODY)

    @property
    def release(self) -> str:
        return str(uuid.UUID(int=7))

    @property
    def file(self) -> File:
        return File(str(uuid.UUID(int=7)), str(uuid.UUID(int=8)), "0" * 64)

    @property
    def interview(self) -> str:
        return str(uuid.UUID(int=7))

    @property
    def rescued(self) -> int:
        return NOBODY

    @property
    def quarantined(self) -> str:
        return str(uuid.UUID(int=7))

    @property
    def twice(self) -> str:
        return str(uuid.UUID(int=7))

    @property
    def pair(self) -> tuple[str, str]:
        return str(uuid.UUID(int=7)), str(uuid.UUID(int=8))

    @property
    def version_id(self) -> int:
        return NOBODY

    def form(self, state: str) -> str:
        return "no_such_form"

    def version(self, state: str = "published", new: bool = False) -> str:
        return "no_such_form/versions/1"

    @property
    def session(self) -> int:
        return NOBODY

    @property
    def token(self) -> int:
        return NOBODY
