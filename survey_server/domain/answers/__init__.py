"""Answers: what an interview says, read by its form, and the household it tells about."""

from survey_server.domain.answers.household import Household, Person, household_of
from survey_server.domain.answers.reading import (
    Answers,
    Finding,
    NotATree,
    Reading,
    read_answers,
)
from survey_server.domain.answers.spellings import tree_of_xml, xml_of_tree

__all__ = [
    "Answers",
    "Finding",
    "Household",
    "NotATree",
    "Person",
    "Reading",
    "household_of",
    "read_answers",
    "tree_of_xml",
    "xml_of_tree",
]
