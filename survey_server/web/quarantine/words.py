"""The words of these pages: why, what was done, and of which kind a version is."""

from flask_babel import lazy_gettext as _

CODE_WORDS = {
    "form_version_unknown": _("its version of the form is not published"),
    "not_a_tree": _("its answers do not fit its form"),
    "unreadable": _("it cannot be read"),
    "body_damaged": _("its bytes are damaged"),
    "underivable": _("the database could not keep what it says"),
    "worker_crash": _("reading it stopped the server"),
}
# What helps, for whoever looks at one.
CODE_HELP = {
    "form_version_unknown": _(
        "Publish that version, and the server reads it by itself. Or choose a version below that"
        " fits."
    ),
    "not_a_tree": _("Choose a version that fits, or mend the answers at the place that is named."),
    "unreadable": _("The server tries again by itself. If that does not help, tell its operator."),
    "body_damaged": _(
        "Bring in what the tablet still holds, on the tablet's page: that takes the place of what"
        " was damaged."
    ),
    "underivable": _("The server tries again by itself. If that does not help, tell its operator."),
    "worker_crash": _(
        "The server tries again by itself. If that does not help, tell its operator."
    ),
}
ACT_WORDS = {
    "retried": _("tried again by the server"),
    "replayed": _("tried again"),
    "fixed": _("mended"),
    "set_aside": _("set aside"),
    "taken_back": _("taken back"),
    "chose_first": _("chose the received version"),
    "chose_variant": _("chose another version"),
    "chose_correction": _("wrote a corrected copy"),
}
KIND_WORDS = {
    "first": _("First"),
    "variant": _("Came later"),
    "correction": _("Corrected by the office"),
}
