"""What a tablet at the far end of a thin line was heard to do."""

from dataclasses import dataclass, field

from survey_server.benches.thin_app import Told


@dataclass(slots=True)
class Sums:
    """Bytes of bodies, of which some were sent in vain, and how often that happened."""

    sent: int = 0
    arrived: int = 0
    broken: int = 0
    largest: int = 0


@dataclass(slots=True)
class Heard:
    steps: list[Told] = field(default_factory=list)
    interviews: Sums = field(default_factory=Sums)
    photos: Sums = field(default_factory=Sums)
    went_back: int = 0
    _on_its_way: Told | None = None

    def hear(self, told: Told, stage: str) -> None:
        if "sends" in told:
            self._sends(told)
        else:
            self._did({**told, "stage": stage})

    def batches(self, stage: str = "") -> list[int]:
        """How many interviews a batch was to hold after each step."""
        return [step["batch"] for step in self.steps if stage in ("", step["stage"])]

    def _sends(self, told: Told) -> None:
        self._end_of_sending(well=False)
        sums = self._sums(told)
        sums.sent += told["bytes"]
        sums.largest = max(sums.largest, told["bytes"])
        self._on_its_way = told

    def _did(self, step: Told) -> None:
        self._end_of_sending(well=step["do"] == "go_on")
        before = self.steps[-1] if self.steps else step
        lost = step["records"] > before["records"] or step["files"] > before["files"]
        self.went_back += lost
        self.steps.append(step)

    def _end_of_sending(self, *, well: bool) -> None:
        """Not well, too, where the app was killed before it could tell."""
        if self._on_its_way is None:
            return
        sums = self._sums(self._on_its_way)
        sums.arrived += self._on_its_way["bytes"] if well else 0
        sums.broken += not well
        self._on_its_way = None

    def _sums(self, told: Told) -> Sums:
        return self.photos if told["sends"] == "photos" else self.interviews
