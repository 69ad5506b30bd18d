"""Dates and times. What cannot be read as one stops the expression, as on a tablet; blanks pass."""

import math
from datetime import datetime

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.moments import (
    DAY,
    BadFormat,
    at_midnight,
    days_since_epoch,
    formatted,
    from_day_number,
    from_milliseconds,
    moment_of,
    part_of_day,
)
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value

_NO_DATE = "something that is no date is read as a date"
_OUT_OF_RANGE = "a number is too large for a date"


def date(node: Node, context: Context, value: Value) -> Value:
    """A number counts days from 1970-01-01; a moment loses its time of day, a text does not."""
    if isinstance(value, datetime):
        return at_midnight(value)
    if type(value) is float:
        return value if value != value else _day(value, context)
    return _read(value, context)


def date_time(node: Node, context: Context, value: Value) -> Value:
    """A number counts days from midnight UTC, with their fraction."""
    if isinstance(value, datetime):
        return value
    if type(value) is float:
        return value if value != value else _instant(value, context)
    return _read(value, context)


def decimal_date_time(node: Node, context: Context, value: Value) -> Value:
    if type(value) is float:
        return value
    moment = value if isinstance(value, datetime) else _read(value, context)
    return days_since_epoch(moment) if isinstance(moment, datetime) else moment


def decimal_time(node: Node, context: Context, value: Value) -> Value:
    """A time of day alone is read too: answers to time questions have no date.

    The offset from UTC is the one of now, also for a moment of other times: so tablets do it.
    """
    if type(value) is float:
        return value - math.floor(value) if math.isfinite(value) else value
    if isinstance(value, str) and ":" in value and "T" not in value:
        value = f"{context.now.date()}T{value}"
    moment = value if isinstance(value, datetime) else _read(value, context)
    return part_of_day(moment, context.now) if isinstance(moment, datetime) else moment


def format_date(node: Node, context: Context, value: Value, pattern: str) -> str:
    moment = date_time(node, context, value)
    if not isinstance(moment, datetime):
        return ""
    try:
        return formatted(moment, pattern)
    except BadFormat as fault:
        raise EvaluationFault(str(fault)) from None


def today(node: Node, context: Context) -> Value:
    return at_midnight(context.now)


def now(node: Node, context: Context) -> Value:
    return context.now.replace(microsecond=context.now.microsecond // 1000 * 1000)


def _read(value: Value, context: Context) -> Value:
    if value == "":
        return ""
    moment = moment_of(value, context.zone) if isinstance(value, str) else None
    if moment is None:
        raise EvaluationFault(_NO_DATE)
    return moment


def _day(number: float, context: Context) -> Value:
    try:
        return from_day_number(int(number), context.zone)
    except (OverflowError, ValueError):
        raise EvaluationFault(_OUT_OF_RANGE) from None


def _instant(number: float, context: Context) -> Value:
    try:
        return from_milliseconds(int(number * DAY), context.zone)
    except (OverflowError, ValueError):
        raise EvaluationFault(_OUT_OF_RANGE) from None


TABLE: Table = {
    "date": Function(date, ("value",), "value", sees_context=True),
    "date-time": Function(date_time, ("value",), "value", sees_context=True),
    "decimal-date-time": Function(decimal_date_time, ("value",), "value", sees_context=True),
    "decimal-time": Function(decimal_time, ("value",), "value", sees_context=True),
    "format-date": Function(format_date, ("value", "text"), "text", sees_context=True),
    "format-date-time": Function(format_date, ("value", "text"), "text", sees_context=True),
    "today": Function(today, (), "value", sees_context=True),
    "now": Function(now, (), "value", sees_context=True),
}
