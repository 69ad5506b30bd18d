"""What ODK Collect asks for: forms are a survey's."""

from tests.policy.examples.example import Example, get
from tests.policy.spots import Spot


def _form(at: Spot, rest: str) -> str:
    return f"/openrosa/forms/{at.version()}/{rest}"


EXAMPLES = {
    "openrosa.form_list": Example(lambda at: get("/openrosa/formList"), limits="own", named=False),
    "openrosa.form": Example(lambda at: get(_form(at, "form.xml"))),
    "openrosa.manifest": Example(lambda at: get(_form(at, "manifest"))),
    "openrosa.media": Example(lambda at: get(_form(at, "media/provinces.csv"))),
}
