"""The census counts at 0:00 on 1 April 2024, the survey of the 53 minorities three months later."""

import re


def moved(text: str) -> str:
    """What the census says, as the survey says it: in words, in conditions, in both languages."""
    for april, july in (
        ("01/4/", "01/7/"),
        ("31/3/2024", "30/6/2024"),
        ("1 April ", "1 July "),
        ("31 March 2024", "30 June 2024"),
    ):
        text = text.replace(april, july)
    text = re.sub(r"(month\s*)<= 3\b", r"\1<= 6", text)
    return re.sub(r"(month\s*)>= 4\b", r"\1>= 7", text)
