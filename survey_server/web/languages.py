"""Two languages, and how each writes numbers, dates and times.

Sources are English, the Vietnamese catalogue is complete, and Vietnamese is what a stranger
meets. `?lang=` on any page changes the language and is remembered in a cookie. Vietnamese dates
follow the rule for official documents: the day always with two digits, the month only in January
and February.
"""

from datetime import date, datetime
from math import floor
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, current_app, redirect, request
from flask_babel import Babel, format_date as babel_date, format_decimal, get_locale
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from survey_server.callers import over_tls

LANGUAGES = ("vi", "en")
COOKIE = "survey_language"
A_YEAR = 365 * 24 * 3600
TRANSLATIONS = Path(__file__).parent / "translations"
NO_BREAK_SPACE = "\u00a0"


def register(app: Flask) -> None:
    Babel(
        app,
        default_locale="vi",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=language,
    )
    app.before_request(_switch)
    app.template_filter("number")(number)
    app.template_filter("percent")(percent)
    app.template_filter("ratio")(ratio)
    app.template_filter("day")(day)
    app.template_filter("short_day")(short_day)
    app.template_filter("clock")(clock)
    app.template_filter("moment")(moment)
    app.template_global("language")(language)
    app.template_global("other_language_url")(same_page_in)


def language() -> str:
    asked = request.args.get("lang") or request.cookies.get(COOKIE)
    return asked if asked in LANGUAGES else LANGUAGES[0]


def same_page_in(lang: str) -> str:
    """This page in another language; a page that answers a POST leads to its own address, or,
    where nothing can be read there, to the one above."""
    arguments = MultiDict(request.args)
    arguments["lang"] = lang
    path = request.path
    if request.method == "POST" and not current_app.url_map.bind("").test(path, "GET"):
        path = path.rpartition("/")[0]
    return f"{path}?{_query(arguments)}"


def _switch() -> Response | None:
    on_a_page = (request.endpoint or "").startswith("web.") and request.method == "GET"
    if not on_a_page or request.args.get("lang") not in LANGUAGES:
        return None
    arguments = MultiDict(request.args)
    lang = arguments.pop("lang")
    # Made of this request's own path: a doubled slash would lead to another host.
    path = "/" + request.path.lstrip("/\\")
    # nosemgrep: redirect-elsewhere - the path is cleaned above, the arguments are encoded
    response = redirect(f"{path}?{_query(arguments)}" if arguments else path, 303)
    response.set_cookie(
        COOKIE, lang, max_age=A_YEAR, httponly=True, samesite="Lax", secure=over_tls()
    )
    return response


def _query(arguments: MultiDict[str, str]) -> str:
    return urlencode(list(arguments.items(multi=True)))


def number(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(value))


def percent(share: float | None) -> str:
    """Rounded half up; but 100 % stands only where nothing is missing."""
    if share is None:
        return "–"
    thousandths = floor(share * 1000 + 0.5 + 1e-9)
    if share < 1:
        thousandths = min(thousandths, 999)
    text = format_decimal(thousandths / 10, format="#,##0.0")
    return f"{text}{NO_BREAK_SPACE}%" if _vietnamese() else f"{text}%"


def ratio(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(value, format="#,##0.0"))


def day(value: date | None) -> str:
    if value is None:
        return "–"
    return (
        f"{short_day(value)}/{value.year}" if _vietnamese() else str(babel_date(value, "d MMM y"))
    )


def short_day(value: date) -> str:
    if not _vietnamese():
        return str(babel_date(value, "d MMM"))
    month = f"{value.month:02d}" if value.month < 3 else str(value.month)
    return f"{value.day:02d}/{month}"


def clock(value: datetime, timezone: str) -> str:
    return f"{value.astimezone(ZoneInfo(timezone)):%H:%M}"


def moment(value: datetime | None, timezone: str) -> str:
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M}{NO_BREAK_SPACE}{short_day(local.date())}"


def _vietnamese() -> bool:
    return str(get_locale()) == "vi"
