"""Returned interviews, and messages to tablets."""

from tests.policy.examples.example import Example, post

EXAMPLES = {
    "reviews.return_interview": Example(
        lambda at: post(
            f"/api/v1/interviews/{at.interview}/reviews",
            {"decision": "returned", "comment": "Xem lại"},
        ),
        201,
        changes=True,
    ),
    "messages.send": Example(
        lambda at: post(
            "/api/v1/messages", {"survey": at.survey, "area": at.area, "text": "Họp lúc 5 giờ"}
        ),
        201,
        changes=True,
    ),
    "messages.send (person)": Example(
        lambda at: post(
            "/api/v1/messages",
            {"survey": at.survey, "area": at.area, "text": "Họp", "person_id": at.person},
        ),
        201,
        changes=True,
    ),
}
