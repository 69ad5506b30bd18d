"""What a tablet at the far end of a thin line was heard to do."""

from dataclasses import dataclass, field

from survey_server.benches.thin_app import Told


@dataclass(slots=True)
class Sums:
    """Bytes of bodies, of which some were sent in vain, and how often that happened."""

    sent: int = 0
    arrived: int = 0
    in_vain: int = 0
    broken: int = 0


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

    def was_killed(self) -> None:
        """What it was sending is not known to have arrived."""
        self._end_of_sending(well=False)

    def batches(self, stage: str = "") -> list[int]:
        """How many interviews a batch was to hold after each step."""
        return [step["batch"] for step in self.steps if stage in ("", step["stage"])]

    def _sends(self, told: Told) -> None:
        self._sums(told).sent += told["bytes"]
        self._on_its_way = told

    def _did(self, step: Told) -> None:
        self._end_of_sending(well=step["do"] == "go_on")
        before = self.steps[-1] if self.steps else step
        lost = step["records"] > before["records"] or step["files"] > before["files"]
        self.went_back += lost
        self.steps.append(step)

    def _end_of_sending(self, *, well: bool) -> None:
        if self._on_its_way is None:
            return
        sums, size = self._sums(self._on_its_way), self._on_its_way["bytes"]
        if well:
            sums.arrived += size
        else:
            sums.in_vain += size
            sums.broken += 1
        self._on_its_way = None

    def _sums(self, told: Told) -> Sums:
        return self.photos if told["sends"] == "photos" else self.interviews
