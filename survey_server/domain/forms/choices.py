"""Choice lists and the other secondary instances of an XForm.

A list stands inside the form, or in a file beside it (`jr://file-csv/x.csv`). A list whose file is
not at hand is unknown, which is not the same as empty: no answer is judged by it. Two older ways to
name a file come with XLSForm: select_one_external reads its list in `itemsets.csv`, and the
appearance search('x') makes choices of the columns of `x.csv` that its items name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from survey_server.domain.forms.external import rows_in
from survey_server.domain.forms.parts import Choice, Instance, Itemset, Path
from survey_server.domain.forms.wording import Wording, language_code, text_of
from survey_server.domain.safe_xml import local_name

# pyxform puts the rows of every list under these two elements.
_ROWS = "root/item"
_ITEMSET = re.compile(rf"\s*instance\(\s*'([^']+)'\s*\)/{_ROWS}\s*(?:\[(.*)\])?\s*", re.DOTALL)
_SEARCH = re.compile(r"\bsearch\(\s*['\"]([^'\"]+)['\"]")
_ITEMSETS = "itemsets.csv"
_LABEL_COLUMN = re.compile(r"label(?:::|_)(.+)")


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """Where a select reads its choices: the list's name, and the expression that narrows it."""

    name: str
    filter: str | None


@dataclass(frozen=True, slots=True)
class Lists:
    choices: dict[str, tuple[Choice, ...]]
    instances: dict[str, Instance]
    wording: Wording
    media: Mapping[str, bytes]

    def itemset_of(self, control: etree._Element) -> Itemset | None:
        if is_external_select(control):
            return Itemset(control.get("query", "").strip(), "name")
        itemset = control.find("{*}itemset")
        if itemset is None:
            return None
        return Itemset(itemset.get("nodeset", "").strip(), _child_ref(itemset, "value", "name"))

    def source_of(self, control: etree._Element, path: Path) -> ChoiceSource | None:
        """Also makes the list known under its name, if it can be read."""
        itemset = control.find("{*}itemset")
        if itemset is None and not is_external_select(control):
            return self._inline(control, "/".join(path))
        nodeset = control.get("query", "") if itemset is None else itemset.get("nodeset", "")
        reference = _ITEMSET.fullmatch(_unshuffled(nodeset))
        if reference is None:
            return None
        instance, narrowed = reference.group(1), reference.group(2)
        if itemset is None:
            self._read_itemsets(instance)
        value, label = _child_ref(itemset, "value", "name"), _child_ref(itemset, "label", "label")
        name = instance if value == "name" else f"{instance}:{value}"
        known = self.instances.get(instance)
        if known and known.rows is not None and name not in self.choices:
            self.choices[name] = tuple(self._from_rows(known.rows, value, label))
        return ChoiceSource(name, narrowed.strip() if narrowed else None)

    def _read_itemsets(self, name: str) -> None:
        """A list of select_one_external is an instance that the model does not declare."""
        content = self.media.get(_ITEMSETS)
        rows = None if content is None else rows_in(_ITEMSETS, content)
        if rows is not None:
            rows = tuple(row for row in rows if row.get("list_name") == name)
        source = f"jr://file-csv/{_ITEMSETS}"
        self.instances.setdefault(name, Instance(name=name, source=source, rows=rows))

    def _inline(self, control: etree._Element, name: str) -> ChoiceSource | None:
        items = control.findall("{*}item")
        if not items:
            return None
        choices = [
            Choice(
                value=(item.findtext("{*}value") or "").strip(),
                labels=self.wording.of_element(item.find("{*}label")),
            )
            for item in items
        ]
        searched = searched_file(control)
        if searched is None:
            self.choices[name] = tuple(choices)
        elif searched in self.media:
            rows = rows_in(searched, self.media[searched]) or ()
            self.choices[name] = tuple(_searched(choices, rows))
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
        if source:
            file = source.rpartition("/")[2]
            rows = rows_in(file, media[file]) if file in media else None
        else:
            rows = tuple(_inline_rows(element))
        instances[name] = Instance(name=name, source=source, rows=rows)
    return Lists(choices={}, instances=instances, wording=wording, media=media)


def is_external_select(control: etree._Element) -> bool:
    """select_one_external: an input with a query, which asks for one of a list."""
    return control.get("query") is not None


def searched_file(control: etree._Element) -> str | None:
    search = _SEARCH.search(control.get("appearance", ""))
    return f"{search.group(1).removesuffix('.csv')}.csv" if search else None


def _unshuffled(nodeset: str) -> str:
    """randomize(list[filter], seed) offers what the list offers."""
    text = nodeset.strip()
    if not (text.startswith("randomize(") and text.endswith(")")):
        return text
    inner = text.removeprefix("randomize(")[:-1]
    seed = inner.find(",", inner.rfind("]") + 1)
    return inner if seed < 0 else inner[:seed]


def _searched(items: list[Choice], rows: Iterable[Mapping[str, str]]) -> Iterator[Choice]:
    """Items with a number for value are choices; the others name columns of the file."""
    known = tuple(rows)
    for item in items:
        if item.value.lstrip("-").isdigit():
            yield item
            continue
        for row in known:
            if row.get(item.value):
                labels = {code: row.get(column, "") for code, column in item.labels.items()}
                yield Choice(row[item.value], labels)


def _inline_rows(instance: etree._Element) -> Iterator[Mapping[str, str]]:
    for item in instance.iterfind("{*}root/{*}item"):
        yield {local_name(cell): text_of(cell) for cell in item}


def _child_ref(itemset: etree._Element | None, tag: str, otherwise: str) -> str:
    child = None if itemset is None else itemset.find(f"{{*}}{tag}")
    return otherwise if child is None else child.get("ref", otherwise)


def _labels_in(row: Mapping[str, str], label: str, default_language: str) -> dict[str, str]:
    """A file's `label` is in the form's default language; `label_en`, `label::English (en)` too."""
    labels = {default_language: row[label]} if row.get(label) else {}
    for column, cell in row.items():
        translated = _LABEL_COLUMN.fullmatch(column)
        if translated and cell:
            labels[language_code(translated.group(1))] = cell
    return labels
