"""Forms, for tablets and for people.

reading: the list, and each version with its files · putting_up: a form comes in, as a draft or
published · changing: closing, reopening, withdrawing a draft · trials: what was told in a draft.
"""

from survey_server.api.forms import changing, putting_up, reading, trials  # noqa: F401 - routes
from survey_server.api.forms.blueprint import blueprint, url_of, url_of_file

__all__ = ["blueprint", "url_of", "url_of_file"]
