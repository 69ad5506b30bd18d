"""What goes in and out of the API, as marshmallow schemas; submissions are read elsewhere."""

from apiflask import Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import OneOf, Range
from marshmallow import EXCLUDE


class BatchHead(Schema):
    """The header of a batch. Unknown fields are ignored and never applied.

    `device_time` is a claim that is kept with the body as it came: a clock that tells nonsense
    holds up no interview.
    """

    class Meta:
        unknown = EXCLUDE

    batch_id = UUID(required=True)
    device_time = String(load_default=None, allow_none=True)
    held = Integer(strict=True, load_default=None, allow_none=True, validate=Range(0, 1_000_000))


class ForeseenOut(Schema):
    """A rule that a submission breaks, told where judging was asked for."""

    rule = String()
    path = String()
    severity = String()
    value = String()
    reads = Dict(keys=String(), values=String())
    confirmed = String(allow_none=True)
    label = Dict(keys=String(), values=String())
    message = Dict(keys=String(), values=String())


class ResultOut(Schema):
    instance_id = String(allow_none=True)
    outcome = String(
        validate=OneOf(["stored", "duplicate", "superseded", "conflict", "quarantined", "rejected"])
    )
    code = String(allow_none=True)
    retry = Boolean()
    sha256 = String(allow_none=True)
    findings = List(
        Nested(ForeseenOut),
        metadata={"description": "With `Prefer: validate=strict` or `dry_run` alone"},
    )


class ReceiptOut(Schema):
    batch_id = UUID()
    replayed = Boolean()
    epoch = String()
    server_time = AwareDateTime()
    held_by_server = Integer()
    results = List(Nested(ResultOut))
    dry_run = Boolean(metadata={"description": "true: nothing was kept; else left out"})
