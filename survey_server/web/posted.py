"""What a form of a page brings, cleaned and bounded, and how a refusal is told beside it."""

from datetime import date

from flask import request

from survey_server import problems
from survey_server.problems import Problem
from survey_server.web.languages import language

LONGEST_WORDS = 200
LONGEST_SECRET = 4000
LARGEST_ID = 2**31 - 1


def words(name: str, longest: int = LONGEST_WORDS) -> str:
    """One line, without what nobody sees."""
    text = "".join(char for char in request.form.get(name, "") if char.isprintable())
    return text.strip()[:longest]


def lines(name: str, longest: int) -> str:
    """Several lines, without what nobody sees."""
    told = request.form.get(name, "").replace("\r\n", "\n")
    text = "".join(char for char in told if char.isprintable() or char == "\n")
    return text.strip()[:longest]


def secret(name: str) -> str:
    """As it was typed: a space may be part of a password."""
    return request.form.get(name, "")[:LONGEST_SECRET]


def day(name: str) -> date | None:
    """Raises ValidationFailed."""
    text = words(name, 10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise problems.ValidationFailed(errors=[{"pointer": f"/{name}", "code": "invalid"}]) from (
            None
        )


def whole_number(name: str, least: int, most: int) -> int:
    """Raises ValidationFailed."""
    text = words(name, 12)
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise problems.ValidationFailed(errors=[{"pointer": f"/{name}", "code": "invalid"}])


def chosen_ids(name: str, most: int) -> list[int]:
    """Raises ValidationFailed."""
    found = request.form.getlist(name)
    if len(found) > most or not all(
        one.isascii() and one.isdigit() and len(one) < 11 and 0 < int(one) <= LARGEST_ID
        for one in found
    ):
        raise problems.ValidationFailed(errors=[{"pointer": f"/{name}", "code": "invalid"}])
    return [int(one) for one in found]


def known_id(number: int) -> int:
    """Raises NotFound where no row can have it."""
    if not 0 < number <= LARGEST_ID:
        raise problems.NotFound()
    return number


def sentences(problem: Problem) -> list[str]:
    """What to tell whoever filled the form in: each place's own sentence, or the whole's."""
    kinds = {one.code(): one for one in Problem.__subclasses__()}
    named = [kinds[one["code"]] for one in problem.errors if one.get("code") in kinds]
    return list(dict.fromkeys(title_of(kind) for kind in named or [type(problem)]))


def title_of(kind: type[Problem]) -> str:
    return kind.title_en if language() == "en" else kind.title_vi
