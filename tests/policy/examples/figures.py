"""Coverage, findings and the trail."""

from tests.policy.examples.example import Example, get
from tests.policy.spots import Spot


def _asked(at: Spot) -> str:
    return f"?survey={at.survey}&area={at.area}"


EXAMPLES = {
    "coverage.coverage": Example(lambda at: get(f"/api/v1/coverage{_asked(at)}")),
    "findings.list_findings": Example(lambda at: get(f"/api/v1/findings{_asked(at)}")),
    "findings.summary": Example(lambda at: get(f"/api/v1/findings/summary{_asked(at)}")),
    "matches.list_matches": Example(lambda at: get(f"/api/v1/matches{_asked(at)}")),
    "audit.list_entries": Example(
        lambda at: get(f"/api/v1/surveys/{at.survey}/audit"), named=False
    ),
    "web.coverage_page": Example(lambda at: get(f"/surveys/{at.survey}/coverage?area={at.area}")),
    "web.coverage_csv": Example(
        lambda at: get(f"/surveys/{at.survey}/coverage.csv?area={at.area}")
    ),
    "web.audit_page": Example(lambda at: get(f"/surveys/{at.survey}/audit"), named=False),
}
