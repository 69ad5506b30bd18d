"""The coverage page: are we on course, and where not?

One query answers one page. What is shown, and in which order, is in the address; the CSV of the
same address holds the same rows, all of them.
"""

import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext

from survey_server import callers, policy, problems
from survey_server.domain.coverage import Coverage, Level, State, counted_today, forecast_finish
from survey_server.downloads import as_file
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store.base import db
from survey_server.store.coverage import coverage_of
from survey_server.web import people, places, tables
from survey_server.web.chart import chart_of
from survey_server.web.coverage_columns import (
    STATES,
    UNIT_COLUMNS,
    UNIT_STATES,
    columns_of,
    result_word,
    total_row,
)
from survey_server.web.languages import language

STALE_AFTER = timedelta(minutes=15)
_CODE = re.compile(r"[\w.:-]{1,64}")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/surveys/<survey>/coverage", view_func=coverage_page)
    pages.add_url_rule("/surveys/<survey>/coverage.csv", view_func=coverage_csv)


def coverage_page(survey: str) -> str:
    found = _found(survey)
    # For what waits elsewhere, in the bar.
    places.here(survey)
    return written(found)


def written(found: Coverage) -> str:
    """The page, for the address of this request."""
    table = _table(found)
    forecast = forecast_finish(found.days, found.total, found.today)
    return render_template(
        "coverage.html",
        coverage=found,
        table=table,
        total=total_row(found.total),
        chart=chart_of(found),
        today=counted_today(found.days, found.today),
        forecast=forecast,
        late_by=(forecast - found.survey.ends_on).days if forecast else None,
        stale=callers.now() - found.as_of > STALE_AFTER,
        views=_views(found),
        total_done=State.DONE,
        days_of={row.code: date.fromisoformat(row.code) for row in found.rows}
        if found.by == "day"
        else {},
        states=UNIT_STATES if found.by == "unit" else STATES,
        result_word=result_word,
        looks=_looks(found.survey.code),
        link=_link,
    )


def _looks(survey: str) -> bool:
    """Whether the viewer may look at interviews, too."""
    roles = policy.line_of("web.interview_page").roles
    return any(one.survey_code == survey and one.role in roles for one in callers.all_scopes())


def coverage_csv(survey: str) -> Response:
    found = _found(survey)
    place = found.path[-1].code if found.path else survey
    name = f"coverage-{survey}-{place}-{found.by}-{found.as_of:%Y%m%dT%H%MZ}.csv"
    response = Response(tables.csv_of(_table(found), _plain), mimetype="text/csv")
    return as_file(response, name)


def _found(survey: str) -> Coverage:
    """Raises NotFound for what does not exist and for what this person may not see, alike."""
    who = people.viewer()
    area = request.args.get("area") or None
    by = request.args.get("by") or "next"
    if any(code is not None and not _CODE.fullmatch(code) for code in (survey, area, by)):
        raise problems.NotFound()
    found = coverage_of(db.session(), who, survey, area, by, callers.now())
    if found.by == "unit":
        # Figures are nobody's; a list of households has their addresses.
        told = {"rows": len(found.units)}
        place = f"area:{found.path[-1].code}"
        audit.note(Entry("coverage_viewed", survey, who.person_id, object=place, data=told))
    return found


def _table(found: Coverage) -> tables.Table[Any]:
    choice = tables.choice_of(request.args)
    if found.by == "unit":
        # The filter is in the address, and an address must not hold a person's name.
        return tables.table_of(
            UNIT_COLUMNS, found.units, choice, lambda unit: f"{unit.code} {unit.address}"
        )
    columns = columns_of(found.by, _row_label(found))
    return tables.table_of(columns, found.rows, choice, lambda row: f"{row.name} {row.code}")


def _row_label(found: Coverage) -> str:
    if found.by == "enumerator":
        return str(gettext("Enumerator"))
    if found.by == "day":
        return str(gettext("Day"))
    return next((_level_name(one) for one in found.levels if one.code == found.by), found.by)


def _level_name(level: Level) -> str:
    return level.name_en if language() == "en" else level.name_vi


def _views(found: Coverage) -> list[tuple[str, str]]:
    """The ways to cut the chosen area: its levels, or its households; enumerators; days."""
    levels = [(level.code, _level_name(level)) for level in found.levels]
    areas = levels or [("unit", gettext("Households"))]
    return [*areas, ("enumerator", gettext("Enumerators")), ("day", gettext("Days"))]


def _plain(column: tables.Column[Any], row: Any) -> Any:
    value = column.value(row)
    if column.kind == "state":
        return str((UNIT_STATES if column in UNIT_COLUMNS else STATES)[value])
    if column.kind == "result":
        return result_word(row)
    return round(value, 4) if isinstance(value, float) else value


def _link(endpoint: str = "web.coverage_page", **changes: Any) -> str:
    """This page's address with some arguments changed; those set to None are left out."""
    kept = {key: request.args[key] for key in ("area", "by", "sort", "q") if request.args.get(key)}
    arguments = {key: value for key, value in {**kept, **changes}.items() if value}
    return url_for(endpoint, survey=(request.view_args or {})["survey"], **arguments)
