"""Making a dataset: every interview that counts, once, as tables with a codebook.

Rows are written as they are read, so that memory does not grow with the survey. The files of a
release are complete or not there: they are written under another name and moved at the end.
"""

import csv
import json
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import astuple
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey_server.domain.answers import read_answers
from survey_server.domain.codebook import HEADER, CodebookRow, codebook_of
from survey_server.domain.csv_cells import csv_cell
from survey_server.domain.flatten import Row, Table, rows_of, tables_of
from survey_server.domain.forms import FormDescription
from survey_server.services import bodies
from survey_server.services.interviews.reading import contents_in, tree_of
from survey_server.store import forms, intake, releases
from survey_server.store.frame import Area, Survey
from survey_server.store.releases import Counted, Wish

INTERVIEWS_AT_ONCE = 500


def make_dataset(
    session: Session, wish: Wish, levels: list[str], folder: Path, now: datetime
) -> dict[str, int]:
    """Writes CSV files, codebook.csv and release.json into a new `folder`; rows of each table.

    Raises KeyUnavailable or SurveyRetired.
    """
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        counts = _write(session, wish, levels, draft, now)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return counts


def _write(
    session: Session, wish: Wish, levels: list[str], folder: Path, now: datetime
) -> dict[str, int]:
    # The number of a household is its address in the list.
    keys = ("interview_id", "unit", *levels) if wish.identified else ("interview_id", *levels)
    descriptions = {
        version: forms.description_of_version(session, version)
        for version in forms.versions_in_use(session, wish.survey)
    }
    tables = tables_of(descriptions.values(), keys, wish.identified)
    interviews = releases.counted_interviews(session, wish.survey, wish.area, INTERVIEWS_AT_ONCE)
    rows = _rows(session, wish.survey, interviews, descriptions, keys)
    counts = _write_tables(folder, tables, rows)
    _write_codebook(folder, codebook_of(list(descriptions.values()), keys, wish.identified))
    about = {
        "made_at": now.isoformat(),
        "survey": session.get_one(Survey, wish.survey).code,
        "area": session.get_one(Area, wish.area).code,
        "identified": wish.identified,
        "tables": counts,
        "forms": [
            {"form_id": one.form_id, "version": one.version} for one in descriptions.values()
        ],
    }
    (folder / "release.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    return counts


def _write_tables(
    folder: Path, tables: tuple[Table, ...], rows: Iterator[tuple[str, Row]]
) -> dict[str, int]:
    counts: Counter[str] = Counter({table.name: 0 for table in tables})
    with ExitStack() as files:
        writers: dict[str, Any] = {}
        headers = {table.name: table.header() for table in tables}
        for name, header in headers.items():
            file = files.enter_context(
                (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
            )
            writers[name] = csv.writer(file)
            writers[name].writerow(header)
        for name, row in rows:
            writers[name].writerow([csv_cell(row.get(column)) for column in headers[name]])
            counts[name] += 1
    return dict(counts)


def _write_codebook(folder: Path, rows: Iterable[CodebookRow]) -> None:
    with (folder / "codebook.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(astuple(row) for row in rows)


def _rows(
    session: Session,
    survey: int,
    interviews: Iterator[Counted],
    descriptions: dict[int, FormDescription],
    keys: tuple[str, ...],
) -> Iterator[tuple[str, Row]]:
    for batch, counted in groupby(interviews, key=lambda one: one.batch):
        body = intake.bodies_of(session, [batch])[batch]
        contents = contents_in(bodies.open_one(session, survey, batch, body), body.body_format)
        for one in counted:
            description = descriptions[one.form_version_id]
            told = [str(one.interview_id), one.unit, *one.area_codes]
            values = told if "unit" in keys else [told[0], *told[2:]]
            tree = tree_of(description, contents[one.position])
            answers = read_answers(description, tree).answers
            yield from rows_of(description, answers, dict(zip(keys, values, strict=True)))


def folder_of(data: Path, release: uuid.UUID) -> Path:
    return data.resolve() / "releases" / str(release)


def archive_of(data: Path, release: uuid.UUID) -> Path:
    return folder_of(data, release).with_suffix(".zip")
