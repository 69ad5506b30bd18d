import contextlib
import hashlib
import json
import tracemalloc
import uuid
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from survey_server import problems
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import (
    Batch,
    Item,
    Rejection,
    batch_of,
    content_of,
    contents_of,
)

ANSWERS = '{"a": [1,  2], "tên": "Nguyễn"}'
SUM = hashlib.sha256(ANSWERS.encode()).hexdigest()
FIELDS: dict[str, Any] = {
    "instance_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "form_id": "census",
    "form_version": "abc",
    "interview_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "revision": 1,
    "replaces": None,
    "unit": "01-001",
    "sha256": SUM,
}


def submission(answers: str = ANSWERS, **changes: Any) -> str:
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not ...}
    return json.dumps(fields, ensure_ascii=False)[:-1] + f', "answers": {answers}}}'


def batch(*submissions: str, head: str = '"batch_id": "x"') -> Batch:
    return batch_of(f'{{{head}, "submissions": [{", ".join(submissions)}]}}'.encode(), Bounds())


def only(spelled: str) -> Item | Rejection:
    (made,) = batch(spelled).items
    return made


def test_a_submission_is_read_field_by_field() -> None:
    made = only(submission())
    assert isinstance(made, Item)
    assert (made.position, made.sha256, made.unit, made.revision) == (0, SUM, "01-001", 1)
    assert str(made.instance_id) == FIELDS["instance_id"]


def test_the_sum_is_over_the_exact_bytes() -> None:
    assert isinstance(only(submission(sha256=SUM.upper())), Item)
    for spelled in (ANSWERS.replace("  ", " "), ANSWERS.replace("ễ", "\\u1ec5")):
        made = only(submission(spelled))
        assert isinstance(made, Rejection)
        assert (made.code, made.retry) == ("sha_mismatch", True)


def test_the_sum_of_xml_is_over_the_decoded_text() -> None:
    xml = "<data>\u1ec5 & \n</data>"
    given_sum = hashlib.sha256(xml.encode()).hexdigest()
    for escaped in (True, False):
        fields = FIELDS | {"xml": xml, "sha256": given_sum}
        made = only(json.dumps(fields, ensure_ascii=escaped))
        assert isinstance(made, Item)
        assert made.sha256 == given_sum


def test_the_digest_covers_every_claim_but_the_id() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"form_id": "other"},
        {"form_version": "other"},
        {"interview_id": str(uuid.uuid4())},
        {"revision": 2},
        {"replaces": str(uuid.uuid4())},
        {"unit": None},
        {"unit": "None"},
        {"attachments": [{"name": "a", "sha256": "b"}]},
        {"attachments": [{"name": "b", "sha256": "a"}]},
    ]
    made = [only(submission(**change)) for change in changes]
    assert len({one.digest for one in made if isinstance(one, Item)}) == len(changes)
    again = only(submission(instance_id=str(uuid.uuid4()), started_at="other", extra=1))
    assert isinstance(again, Item)
    assert isinstance(made[0], Item)
    assert again.digest == made[0].digest


def test_the_order_of_attachments_does_not_matter() -> None:
    files = [{"name": "a", "sha256": "1", "bytes": 5}, {"name": "b", "sha256": "2"}]
    one, other = (only(submission(attachments=order)) for order in (files, files[::-1]))
    assert isinstance(one, Item)
    assert isinstance(other, Item)
    assert one.digest == other.digest


@pytest.mark.parametrize("revision", [1, 2, 2**31 - 1])
def test_revisions_go_from_1_to_what_the_database_holds(revision: int) -> None:
    assert isinstance(only(submission(revision=revision)), Item)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"revision": 0}, "rev_invalid"),
        ({"revision": 2**31}, "rev_invalid"),
        ({"revision": True}, "rev_invalid"),
        ({"revision": 1.0}, "rev_invalid"),
        ({"revision": ...}, "rev_invalid"),
        ({"instance_id": ...}, "id_invalid"),
        ({"instance_id": str(uuid.UUID(int=0))}, "id_invalid"),
        ({"instance_id": "urn:uuid:" + FIELDS["instance_id"]}, "id_invalid"),
        ({"instance_id": FIELDS["instance_id"].replace("f", "_", 1)}, "id_invalid"),
        ({"instance_id": " " + FIELDS["instance_id"]}, "id_invalid"),
        ({"replaces": 5}, "id_invalid"),
        ({"form_id": ""}, "field_invalid"),
        ({"form_id": "x" * 201}, "field_invalid"),
        ({"form_version": ...}, "field_invalid"),
        ({"unit": ""}, "field_invalid"),
        ({"unit": []}, "field_invalid"),
        ({"sha256": ...}, "field_invalid"),
        ({"attachments": "x"}, "field_invalid"),
        ({"attachments": [{}]}, "field_invalid"),
    ],
)
def test_what_cannot_be_kept_is_rejected_and_not_to_be_sent_again(
    change: dict[str, Any], code: str
) -> None:
    made = only(submission(**change))
    assert isinstance(made, Rejection)
    assert (made.code, made.retry) == (code, False)


def test_a_rejection_says_back_no_more_than_an_id() -> None:
    made = only(submission(instance_id="x" * 1000, sha256="y" * 1000))
    assert isinstance(made, Rejection)
    assert made.instance_id == "x" * 200
    assert made.sha256 == "y" * 64


def test_the_head_is_everything_but_the_submissions() -> None:
    made = batch(submission(), head='"batch_id": "b", "held": 3, "other": [{"a": 1}]')
    assert made.head == {"batch_id": "b", "held": 3, "other": [{"a": 1}], "submissions": []}


def test_the_sum_of_a_batch_is_over_its_submissions_alone() -> None:
    first, second = submission(), submission(revision=2)
    one = batch(first, second, head='"held": 1')
    assert batch(first, second, head='"held": 2').request_sha256 == one.request_sha256
    assert batch(second, first, head='"held": 1').request_sha256 != one.request_sha256
    assert batch(first, head='"held": 1').request_sha256 != one.request_sha256


def test_unknown_fields_are_counted_and_otherwise_nothing() -> None:
    assert batch(submission(), submission(role="x", approved=True), "5").unknown_fields == 2


def test_the_bytes_of_each_submission_are_found_again() -> None:
    spelled = [submission(), submission(revision=2)]
    body = f'{{"submissions":[{spelled[0]},  {spelled[1]} ]}}'.encode()
    texts = contents_of(body)
    assert [text.strip() for text in texts] == [one.encode() for one in spelled]
    assert content_of(texts[0]) == ANSWERS.encode()


def test_faults_of_several_submissions_are_told_at_once() -> None:
    nul = submission('"\\u0000"')
    with pytest.raises(problems.NulNotAllowed) as refused:
        batch(submission(), nul, submission("[" * 40 + "]" * 40), nul)
    assert refused.value.errors == [
        {"pointer": "/submissions/1", "code": "nul_not_allowed"},
        {"pointer": "/submissions/2", "code": "too_deep"},
        {"pointer": "/submissions/3", "code": "nul_not_allowed"},
    ]


def test_more_submissions_than_allowed_are_not_looked_at() -> None:
    body = b'{"submissions": [%s]}'
    assert len(batch_of(body % b",".join([b"1"] * 5), Bounds(submissions=5)).items) == 5
    with pytest.raises(problems.TooManyItems) as refused:
        batch_of(body % b",".join([b'"\\u0000"'] * 6), Bounds(submissions=5))
    assert refused.value.data == {"limit": 5}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELD_NAMES = st.sampled_from([*FIELDS, "answers", "xml", "attachments", "other"])
ALMOST = st.fixed_dictionaries(
    {}, optional={name: st.just(value) | JSON for name, value in FIELDS.items()}
)
SUBMISSIONS = st.lists(st.dictionaries(FIELD_NAMES, JSON) | ALMOST | JSON, max_size=3)


@given(SUBMISSIONS | JSON, st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_submissions_are_answered_one_by_one_or_refused_with_a_problem(
    submissions: object, escaped: bool
) -> None:
    body = json.dumps({"submissions": submissions}, ensure_ascii=escaped)
    with contextlib.suppress(problems.Problem):
        made = batch_of(body.encode(errors="surrogatepass"), Bounds())
        assert isinstance(submissions, list)
        assert [one.position for one in made.items] == list(range(len(submissions)))


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_with_a_problem(body: bytes) -> None:
    with pytest.raises(problems.Problem):
        batch_of(body, Bounds())


@pytest.mark.parametrize("entry", ["0", "{}", '""'])
def test_millions_of_submissions_take_no_memory_to_be_refused(entry: str) -> None:
    body = f'{{"batch_id": "x", "submissions": [{entry}{f",{entry}" * 2_000_000}]}}'.encode()
    tracemalloc.start()
    try:
        with pytest.raises(problems.TooManyItems):
            batch_of(body, Bounds())
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body)
    finally:
        tracemalloc.stop()
