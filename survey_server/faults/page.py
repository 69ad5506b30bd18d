"""The page of coverage, as a supervisor's browser saves its table."""

import csv
import io
import re
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from survey_server.faults.asking import FIGURES, PATIENCE_SECONDS
from survey_server.faults.country import PASSWORD, SUPERVISOR, SURVEY

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def shown_by_commune(url: str) -> dict[str, Mapping[str, int]]:
    """The figures of each commune where there are any, by its code; those that are zero are left
    out. Raises OSError or ValueError."""
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )

    def page(path: str, form: Mapping[str, str] | None = None) -> str:
        sent = urlencode(form).encode() if form else None
        with browser.open(f"{url}{path}", sent, timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode("utf-8-sig"))

    found = _TOKEN.search(page("/sign-in"))
    if found is None:
        raise ValueError("no form to sign in with")
    page("/sign-in", {"form_token": found[1], "username": SUPERVISOR, "password": PASSWORD})
    table = page(f"/surveys/{SURVEY}/coverage.csv?by=commune&lang=en")
    rows = list(csv.DictReader(io.StringIO(table)))
    if not rows:
        raise ValueError("a table without rows")
    told = {row[next(iter(row))].split()[-1]: _figures(row) for row in rows}
    return {code: figures for code, figures in told.items() if "received" in figures}


def _figures(row: Mapping[str, str]) -> dict[str, int]:
    """Columns are called as figures are, in words."""
    named = {name.lower().replace(" ", "_"): text for name, text in row.items()}
    return {name: count for name in FIGURES if (count := int(named[name]))}
