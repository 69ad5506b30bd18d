"""The files that a form reads or shows, and whether they came with it.

A list that is not there stops a form: its questions would have no choices. A picture or a sound
that is not there is left out by tablets, so it is a warning. Lists of entities, that of the
households among them, come from the server, not with the form.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from survey_server.domain.entities import HOUSEHOLDS
from survey_server.domain.forms.choices import searched_file
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.forms.problem_texts import problem
from survey_server.domain.safe_xml import parse_bounded


def media_problems(
    xform: bytes, description: FormDescription, media: Mapping[str, bytes]
) -> tuple[FormProblem, ...]:
    document = parse_bounded(xform)
    lists = _entity_lists(document)
    found = [
        *_lists(description, media, lists),
        *_searched(document, media),
        *_pictures(document, media),
    ]
    return tuple({str(one): one for one in found}.values())


def _lists(
    description: FormDescription, media: Mapping[str, bytes], entity_lists: set[str]
) -> Iterator[FormProblem]:
    for instance in description.instances.values():
        source = instance.source
        if source is None or source.startswith("jr://instance/"):
            continue
        name = source.rpartition("/")[2]
        if not source.startswith(("jr://file/", "jr://file-csv/")):
            yield problem("media_source", name, name=source)
        elif name not in media and name != HOUSEHOLDS:
            served = name.removesuffix(".csv") in entity_lists
            yield problem(
                "media_missing", name, severity="warning" if served else "error", name=name
            )


def _searched(document: etree._Element, media: Mapping[str, bytes]) -> Iterator[FormProblem]:
    for control in document.iter("{*}select1", "{*}select"):
        name = searched_file(control)
        if name is not None and name not in media:
            yield problem("media_missing", name, name=name)


def _entity_lists(document: etree._Element) -> set[str]:
    return {
        str(element.get("dataset"))
        for element in document.iterfind("{*}head/{*}model/{*}instance[1]//{*}entity")
        if element.get("dataset")
    }


def _pictures(document: etree._Element, media: Mapping[str, bytes]) -> Iterator[FormProblem]:
    for name in _shown(document):
        if name not in media:
            yield problem("picture_missing", name, severity="warning", name=name)


def _shown(document: etree._Element) -> Iterator[str]:
    """Texts jr://images/map.png: of labels, of choices, and of answers to begin with."""
    for element in document.iter("{*}*"):
        text = (element.text or "").strip()
        if text.startswith("jr://"):
            yield text.rpartition("/")[2]
