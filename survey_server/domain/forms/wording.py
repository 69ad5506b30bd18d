"""The words of an XForm in every language: itext, and labels written inline.

A language is known by its short code: "Tiếng Việt (vi)" is "vi". A form without translations has
one language, "default". A reference to another answer is shown as ${name}.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from survey_server.domain.forms.parts import Labels
from survey_server.domain.safe_xml import local_name

NO_LANGUAGE = "default"
_CODE = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$")
_ITEXT = re.compile(r"\s*jr:itext\(\s*'(.*)'\s*\)\s*")
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Wording:
    languages: tuple[str, ...]
    default_language: str
    texts: Mapping[str, Labels]

    def of_id(self, text_id: str) -> Labels:
        return self.texts.get(text_id, {})

    def of_message(self, message: str | None) -> Labels:
        """A bind's message: a reference into itext, or the words themselves."""
        if not message:
            return {}
        reference = _ITEXT.fullmatch(message)
        if reference:
            return self.of_id(reference.group(1))
        return {self.default_language: message.strip()}

    def of_element(self, element: etree._Element | None) -> Labels:
        if element is None:
            return {}
        if element.get("ref"):
            return self.of_message(element.get("ref"))
        words = text_of(element)
        return {self.default_language: words} if words else {}


def wording_of(model: etree._Element) -> Wording:
    texts: dict[str, dict[str, str]] = {}
    languages: list[str] = []
    default = None
    for translation in model.iterfind("{*}itext/{*}translation"):
        language = language_code(translation.get("lang", NO_LANGUAGE))
        languages.append(language)
        if translation.get("default"):
            default = language
        for text in translation.iterfind("{*}text"):
            words = _plain_value(text)
            if words:
                texts.setdefault(text.get("id", ""), {})[language] = words
    known = tuple(dict.fromkeys(languages)) or (NO_LANGUAGE,)
    return Wording(languages=known, default_language=default or known[0], texts=texts)


def language_code(name: str) -> str:
    code = _CODE.search(name)
    return code.group(1).lower() if code else name.strip()


def text_of(element: etree._Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        if local_name(child) == "output":
            reference = child.get("value") or child.get("ref") or ""
            pieces.append("${" + reference.strip().rpartition("/")[2] + "}")
        pieces.append(child.tail or "")
    return _SPACES.sub(" ", "".join(pieces)).strip()


def _plain_value(text: etree._Element) -> str:
    """Values with a form attribute are pictures, sounds or guidance, not the label."""
    for value in text.iterfind("{*}value"):
        if value.get("form") is None:
            return text_of(value)
    return ""
