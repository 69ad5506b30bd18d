"""In which order relevance and calculations are settled, so that nothing is read too early.

A tablet works the same way: what an expression reads comes before it, and a group comes before
what is in it. A form in which something depends on itself cannot be settled; such a cycle is found
here, and refused when a form is published.
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.references import Reference
from survey_server.domain.rules.sites import Rule, Site, Sites

# A form with more cycles is settled as it stands: looking for all of them could take for ever.
MOST_CYCLES = 20

Kind = Literal["relevant", "calculate"]
# A thing to settle, at the site with this number.
Step = tuple[int, Kind]


def order_of(sites: Sites) -> tuple[list[tuple[Site, Kind]], tuple[tuple[Path, ...], ...]]:
    """What is to be settled, in order; and the cycles, each as the places it goes through.

    Of a cycle, what comes first in the form is settled first.
    """
    needs = _needs(sites)
    cycles: list[tuple[Path, ...]] = []
    while len(cycles) < MOST_CYCLES:
        try:
            steps = _sorted(needs)
            break
        except CycleError as fault:
            ring: list[Step] = fault.args[1]
            cycles.append(tuple(sites.all[number].path for number, _ in ring))
            _open(needs, ring)
    else:
        steps = sorted(needs)
    settled = [(sites.all[number], kind) for number, kind in steps]
    wanted = [(site, kind) for site, kind in settled if getattr(site, kind) is not None]
    return wanted, tuple(cycles)


def _sorted(needs: dict[Step, set[Step]]) -> list[Step]:
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    steps: list[Step] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        steps += ready
        sorter.done(*ready)
    return steps


def _open(needs: dict[Step, set[Step]], ring: list[Step]) -> None:
    """Each step of the ring comes before the next: the earliest in the form stops waiting."""
    first = min(range(len(ring) - 1), key=lambda index: ring[index + 1])
    needs[ring[first + 1]].discard(ring[first])


def _needs(sites: Sites) -> dict[Step, set[Step]]:
    """Every step, and the steps that come before it."""
    needs: dict[Step, set[Step]] = {}
    for site in sites.all:
        here: Step = (site.number, "relevant")
        needs[here] = {(site.parent.number, "relevant")} if site.parent else set()
        needs[here] |= _read_by(site.relevant, site, sites)
        if site.calculate is not None:
            read = _read_by(site.calculate, site, sites)
            needs[(site.number, "calculate")] = {here} | read - {(site.number, "calculate")}
    return needs


def _read_by(rule: Rule | None, site: Site, sites: Sites) -> set[Step]:
    if rule is None:
        return set()
    steps = {
        step for reference in rule.reads for read in _met(reference, sites) for step in _steps(read)
    }
    # A condition that only asks for its own place, `position(.)`, reads no value.
    return steps - {(site.number, "relevant")} if site.children else steps


def _steps(read: Site) -> Iterator[Step]:
    yield read.number, "relevant"
    if read.calculate is not None:
        yield read.number, "calculate"


def _met(reference: Reference, sites: Sites) -> Iterator[Site]:
    found = sites.by_path.get(reference.path)
    if found is None:
        return
    yield found
    if not reference.exact:
        yield from everything_below(found)


def everything_below(site: Site) -> Iterator[Site]:
    for child in site.children:
        yield child
        yield from everything_below(child)
