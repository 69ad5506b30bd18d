"""Answers to select-multiple questions: codes with spaces between them."""

from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.values import Value, whole


def selected(codes: str, code: str) -> bool:
    """True for a blank in a blank: nothing is chosen where nothing is."""
    return f" {code.strip()} " in f" {codes} "


def codes_in(codes: str) -> list[str]:
    return [code for code in codes.split(" ") if code]


def selected_at(codes: str, index: Value) -> str:
    """From 0; "" outside of the list."""
    found = codes_in(codes)
    at = whole(index)
    return found[at] if 0 <= at < len(found) else ""


TABLE: Table = {
    "selected": Function(selected, ("text", "text"), "truth"),
    "is-selected": Function(selected, ("text", "text"), "truth"),
    "selected-at": Function(selected_at, ("text", "value"), "text"),
    "count-selected": Function(lambda codes: float(len(codes_in(codes))), ("text",), "number"),
}
