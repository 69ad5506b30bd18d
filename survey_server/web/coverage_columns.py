"""The columns of the coverage tables, and the words for states and visit results."""

from typing import Any

from flask_babel import gettext, lazy_gettext as _

from survey_server.domain.coverage import Figures, Row, State, UnitRow
from survey_server.web.tables import Column, name_order

STATES = {
    State.NOT_STARTED: _("not started"),
    State.CONTACTED: _("in contact, nothing yet"),
    State.IN_PROGRESS: _("in progress"),
    State.DONE: _("done"),
    State.NOTHING_EXPECTED: _("no household expected"),
}
UNIT_STATES = {**STATES, State.NOT_STARTED: _("nothing received")}
RESULTS = {
    "interviewed": _("interviewed"),
    "absent": _("absent"),
    "refused": _("refused"),
    "moved": _("moved away"),
    "not_a_dwelling": _("not a dwelling"),
    "all_died": _("all died"),
    "not_eligible": _("not of this survey"),
}
_RANK = {state: place for place, state in enumerate(STATES)}


def _figure(key: str, label: Any) -> Column[Row]:
    return Column(key, label, "number", lambda row: getattr(row.figures, key))


def _name(label: Any) -> Column[Row]:
    return Column("name", label, "name", lambda row: row.name, lambda row: name_order(row.name))


_STATE: Column[Row] = Column(
    "state", _("State"), "state", lambda row: row.state, lambda row: _RANK[row.state]
)
_SHARE: Column[Row] = Column("share", _("Counted"), "share", lambda row: row.figures.share)
_FIGURES: tuple[Column[Row], ...] = (
    _figure("received", _("Received")),
    _figure("complete", _("Complete")),
    _figure("partial", _("Partial")),
    _figure("absent", _("Absent")),
    _figure("refused", _("Refused")),
    _figure("moved", _("Moved")),
    _figure("not_a_dwelling", _("Not a dwelling")),
    _figure("all_died", _("All died")),
    _figure("with_findings", _("With findings")),
    _figure("duplicates", _("Duplicates")),
    _figure("persons", _("Persons")),
    Column(
        "persons_per_household",
        _("Per household"),
        "ratio",
        lambda row: row.figures.persons_per_household,
    ),
)
_LAST: Column[Row] = Column(
    "last_received_at", _("Last received"), "moment", lambda row: row.figures.last_received_at
)


def columns_of(by: str, label: Any) -> tuple[Column[Row], ...]:
    """A day expects nothing and has no state of its own."""
    if by == "day":
        day: Column[Row] = Column("name", label, "day", lambda row: row.code)
        return (day, *_FIGURES)
    return (_name(label), _STATE, _SHARE, _figure("expected", _("Expected")), *_FIGURES, _LAST)


UNIT_COLUMNS: tuple[Column[UnitRow], ...] = (
    Column("code", _("Household"), "name", lambda unit: unit.code),
    Column("state", _("State"), "state", lambda unit: unit.state, lambda unit: _RANK[unit.state]),
    Column("result", _("Result"), "result", lambda unit: unit.result),
    Column(
        "address",
        _("Address"),
        "text",
        lambda unit: unit.address,
        lambda unit: name_order(unit.address),
    ),
    Column(
        "head_name",
        _("Head of household"),
        "text",
        lambda unit: unit.head_name,
        lambda unit: name_order(unit.head_name),
    ),
    Column("listed_persons", _("Persons listed"), "number", lambda unit: unit.listed_persons),
    Column("persons", _("Persons"), "number", lambda unit: unit.persons),
    Column("findings", _("With findings"), "number", lambda unit: unit.findings),
    Column("duplicates", _("Duplicates"), "number", lambda unit: unit.duplicates),
    Column("last_received_at", _("Last received"), "moment", lambda unit: unit.last_received_at),
)


def result_word(unit: UnitRow) -> str:
    """An interview that was begun and not finished says so."""
    if unit.result is None:
        return str(_("partial")) if unit.state is State.IN_PROGRESS else "–"
    if unit.result == "interviewed" and not unit.complete:
        return str(_("partial"))
    return str(RESULTS.get(unit.result, unit.result))


def total_row(total: Figures) -> Row:
    return Row("", gettext("Total"), "", State.IN_PROGRESS, total, drill=False)
