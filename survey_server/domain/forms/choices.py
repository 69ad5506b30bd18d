"""Choice lists and the other secondary instances of an XForm.

A list stands inside the form, or in a CSV file beside it (`jr://file-csv/x.csv`). A list whose file
is not at hand is unknown, which is not the same as empty: no answer is judged by it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.parts import Choice, Instance, Itemset, Path
from survey_server.domain.forms.wording import Wording, language_code, text_of
from survey_server.domain.safe_xml import local_name

# pyxform puts the rows of every list under these two elements.
_ROWS = "root/item"
_ITEMSET = re.compile(rf"\s*instance\(\s*'([^']+)'\s*\)/{_ROWS}\s*(?:\[(.*)\])?\s*", re.DOTALL)
_LABEL_COLUMN = re.compile(r"label(?:::|_)(.+)")


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """Where a select reads its choices: the list's name, and the expression that narrows it."""

    name: str
    filter: str | None


@dataclass(frozen=True, slots=True)
class Lists:
    choices: dict[str, tuple[Choice, ...]]
    instances: Mapping[str, Instance]
    wording: Wording

    def itemset_of(self, control: etree._Element) -> Itemset | None:
        itemset = control.find("{*}itemset")
        if itemset is None:
            return None
        return Itemset(itemset.get("nodeset", "").strip(), _child_ref(itemset, "value", "name"))

    def source_of(self, control: etree._Element, path: Path) -> ChoiceSource | None:
        """Also makes the list known under its name, if it can be read."""
        itemset = control.find("{*}itemset")
        if itemset is None:
            return self._inline(control, "/".join(path))
        reference = _ITEMSET.fullmatch(itemset.get("nodeset", ""))
        if reference is None:
            return None
        instance, narrowed = reference.group(1), reference.group(2)
        value, label = _child_ref(itemset, "value", "name"), _child_ref(itemset, "label", "label")
        name = instance if value == "name" else f"{instance}:{value}"
        known = self.instances.get(instance)
        if known and known.rows is not None and name not in self.choices:
            self.choices[name] = tuple(self._from_rows(known.rows, value, label))
        return ChoiceSource(name, narrowed.strip() if narrowed else None)

    def _inline(self, control: etree._Element, name: str) -> ChoiceSource | None:
        items = control.findall("{*}item")
        if not items:
            return None
        self.choices[name] = tuple(
            Choice(
                value=(item.findtext("{*}value") or "").strip(),
                labels=self.wording.of_element(item.find("{*}label")),
            )
            for item in items
        )
        return ChoiceSource(name, None)

    def _from_rows(
        self, rows: tuple[Mapping[str, str], ...], value: str, label: str
    ) -> Iterator[Choice]:
        for row in rows:
            if value not in row:
                continue
            if "itextId" in row:
                labels = self.wording.of_id(row["itextId"])
            else:
                labels = _labels_in(row, label, self.wording.default_language)
            yield Choice(value=row[value], labels=labels)


def lists_of(model: etree._Element, media: Mapping[str, bytes], wording: Wording) -> Lists:
    """The first instance of a model is the interview itself and is left out."""
    instances: dict[str, Instance] = {}
    for element in model.findall("{*}instance")[1:]:
        name = element.get("id", "")
        source = element.get("src")
        rows = _external_rows(source, media) if source else tuple(_inline_rows(element))
        instances[name] = Instance(name=name, source=source, rows=rows)
    return Lists(choices={}, instances=instances, wording=wording)


def _inline_rows(instance: etree._Element) -> Iterator[Mapping[str, str]]:
    for item in instance.iterfind("{*}root/{*}item"):
        yield {local_name(cell): text_of(cell) for cell in item}


def _external_rows(source: str, media: Mapping[str, bytes]) -> tuple[Mapping[str, str], ...] | None:
    name = source.rpartition("/")[2]
    content = media.get(name)
    if content is None or not name.endswith(".csv"):
        return None
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FormInvalid("is not UTF-8", name) from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return tuple(
        {key: cell for key, cell in row.items() if key and isinstance(cell, str)} for row in rows
    )


def _child_ref(itemset: etree._Element, tag: str, otherwise: str) -> str:
    child = itemset.find(f"{{*}}{tag}")
    return otherwise if child is None else child.get("ref", otherwise)


def _labels_in(row: Mapping[str, str], label: str, default_language: str) -> dict[str, str]:
    """A file's `label` is in the form's default language; `label_en`, `label::English (en)` too."""
    labels = {default_language: row[label]} if row.get(label) else {}
    for column, cell in row.items():
        translated = _LABEL_COLUMN.fullmatch(column)
        if translated and cell:
            labels[language_code(translated.group(1))] = cell
    return labels
