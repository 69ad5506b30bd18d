"""What there is to ask: `formList`."""

from flask import Response

from survey_server.openrosa.blueprint import blueprint
from survey_server.openrosa.refusals import XML


@blueprint.get("/formList")
def form_list() -> Response:
    return Response(
        '<xforms xmlns="http://openrosa.org/xforms/xformsList"></xforms>', content_type=XML
    )
