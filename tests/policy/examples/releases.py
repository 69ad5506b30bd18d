"""Datasets: whoever asked for one fetches it, as long as its area is theirs."""

from tests.policy.examples.example import Example, get, post

EXAMPLES = {
    "releases.ask": Example(
        lambda at: post("/api/v1/releases", {"survey": at.survey, "area": at.area}),
        202,
        changes=True,
    ),
    "releases.one_release": Example(lambda at: get(f"/api/v1/releases/{at.release}")),
    "releases.file": Example(lambda at: get(f"/api/v1/releases/{at.release}/file")),
}
