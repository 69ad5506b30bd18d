"""The words of these pages: why two interviews stand beside each other, and which one counts."""

from flask_babel import lazy_gettext as _

from survey_server.domain.interviews import Rule

# As the tabs of the list.
KIND_TABS = {
    "same_unit": _("One household twice"),
    "same_interview": _("One interview in two places"),
    "same_content": _("Same answers"),
    "same_household": _("Same people"),
}
KIND_WORDS = {
    "same_unit": _("This household was interviewed twice."),
    "same_interview": _("One interview was told in two enumeration areas."),
    "same_content": _("Both say exactly the same, of two households."),
    "same_household": _("Both name the same people, of two households."),
}
# What helps, for whoever looks at a pair.
KIND_HELP = {
    "same_unit": _(
        "Both are kept and one counts. If the wrong one counts, or one is of another household,"
        " return it to its enumerator to be corrected."
    ),
    "same_interview": _(
        "Ask the enumerator where the household lives, and return the interview that is wrong."
    ),
    "same_content": _(
        "Both count. Ask who visited which household, and return the interview that was copied."
    ),
    "same_household": _(
        "Both count. Ask where these people live, and return the interview that is wrong."
    ),
}
NOTHING_HERE = {
    "same_unit": _("No household here was interviewed twice."),
    "same_interview": _("No interview here was told in two enumeration areas."),
    "same_content": _("No two interviews here say exactly the same."),
    "same_household": _("No two households here name the same people."),
}
WHY_COUNTING = {
    Rule.ASSIGNED: _("it is by the enumerator who was to do it"),
    Rule.COMPLETE: _("it is complete, and the other is not"),
    Rule.LOWEST_ID: _("both are alike; the one of the lower number was taken"),
}
