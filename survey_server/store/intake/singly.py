"""One submission that is new, of a published form: everything that is kept of it in one statement.

A submission that came by itself makes a batch of its own, and a statement by itself is a
transaction of its own; so all that PostgreSQL is asked is written here once. Whatever is unusual
about a submission writes nothing and goes the way of every batch (receiving.py), which tells why.
"""

import uuid
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from survey_server.store.asking import ask
from survey_server.store.intake.receiving import Body, Sender

# A body is sealed for its batch before that is written, so its number is drawn before, too.
NUMBERS_AT_ONCE = 50


class Numbers:
    """Numbers of batches that this process has drawn and not used yet."""

    def __init__(self) -> None:
        self._left: deque[int] = deque()
        self._epoch = ""
        self._lock = Lock()

    def draw(self, epoch: str) -> int:
        """Those of an earlier `epoch` of the database may be given to others now."""
        with self._lock:
            if epoch != self._epoch:
                self._left.clear()
                self._epoch = epoch
            if not self._left:
                self._left.extend(_drawn())
            return self._left.popleft()

    def give_back(self, number: int, epoch: str) -> None:
        with self._lock:
            if epoch == self._epoch:
                self._left.appendleft(number)


def _drawn() -> list[int]:
    row = ask(
        "SELECT array_agg(nextval('batches_id_seq')) FROM generate_series(1, %(most)s::integer)",
        {"most": NUMBERS_AT_ONCE},
    )
    assert row is not None
    drawn: list[int] = row[0]
    return drawn


@dataclass(frozen=True, slots=True)
class Spellings:
    """How the batch spells its outcome where the unit is unknown, not the sender's, or theirs."""

    unit_unknown: str
    not_assigned: str
    assigned: str


@dataclass(frozen=True, slots=True)
class Single:
    """A submission with its batch. `body.key_id` is the active key of its survey, as was known."""

    instance_id: uuid.UUID
    batch: int
    batch_id: uuid.UUID
    sha256: bytes
    digest: bytes
    form_version: int
    unit: str | None
    spellings: Spellings
    body: Body


_KEEP = """
    WITH key AS MATERIALIZED (
        SELECT FROM survey_keys_in_use(%(survey)s)
        WHERE key_id = %(key)s AND state = 'active' AND NOT retired),
    place AS (
        SELECT u.id, u.ea_id, EXISTS (
            SELECT FROM assignments a WHERE a.ea_id = u.ea_id AND a.person_id = %(person)s
            AND a.ended_at IS NULL AND (a.unit_id IS NULL OR a.unit_id = u.id)) AS assigned
        FROM units u WHERE u.survey_id = %(survey)s AND u.code = %(unit)s::text
        AND (u.reserved_for IS NULL OR u.reserved_used_at IS NOT NULL)),
    new AS (
        INSERT INTO submissions (instance_id, batch, position, digest, content_sha256, survey_id,
            device_id, person_id, form_version_id, interview_id, revision, replaces, unit_id,
            ea_id, state, received_at)
        SELECT %(instance_id)s, %(batch)s, 0, %(digest)s, %(sha256)s, %(survey)s, %(device)s,
            %(person)s, %(form_version)s, %(instance_id)s, 1, NULL, p.id, p.ea_id, 'received',
            %(now)s
        FROM key LEFT JOIN place p ON true WHERE %(unit)s::text IS NULL OR p.id IS NOT NULL
        ON CONFLICT (instance_id) DO NOTHING RETURNING unit_id),
    kept AS (
        INSERT INTO batches (id, device_id, batch_id, request_sha256, outcomes, received_at)
        OVERRIDING SYSTEM VALUE
        SELECT %(batch)s, %(device)s, %(batch_id)s, %(sha256)s, ARRAY[CASE
            WHEN unit_id IS NULL THEN %(unit_unknown)s::text
            WHEN (SELECT assigned FROM place) THEN %(assigned)s::text
            ELSE %(not_assigned)s::text END], %(now)s FROM new),
    body AS (
        INSERT INTO batch_bodies (batch, body_format, key_id, body)
        SELECT %(batch)s, %(body_format)s, %(key)s, %(body)s FROM new),
    pending AS (
        INSERT INTO pending_batches (batch, received_at, attempts, submissions)
        SELECT %(batch)s, %(now)s, 0, 1 FROM new)
    UPDATE devices SET seen_at = greatest(seen_at, least(%(now)s, now())), received = received + 1
    FROM new WHERE id = %(device)s RETURNING received
"""


def keep(sender: Sender, single: Single, now: datetime) -> bool:
    """False, and nothing is written: the id is taken, the unit is unknown or was just given its
    number, or the key is not the survey's active one any more."""
    kept = ask(
        _KEEP,
        {
            "survey": sender.survey,
            "device": sender.device,
            "person": sender.person,
            "instance_id": single.instance_id,
            "batch": single.batch,
            "batch_id": single.batch_id,
            "sha256": single.sha256,
            "digest": single.digest,
            "form_version": single.form_version,
            "unit": single.unit,
            "unit_unknown": single.spellings.unit_unknown,
            "assigned": single.spellings.assigned,
            "not_assigned": single.spellings.not_assigned,
            "key": single.body.key_id,
            "body_format": single.body.body_format,
            "body": single.body.body,
            "now": now,
        },
    )
    return kept is not None


_KNOWN = """
    WITH seen AS (
        UPDATE devices SET seen_at = least(%(now)s, now())
        WHERE id = %(device)s AND seen_at < %(now)s::timestamptz - interval '1 minute')
    SELECT digest = %(digest)s FROM submissions
    WHERE instance_id = %(instance_id)s AND survey_id = %(survey)s
"""


def is_known(sender: Sender, instance_id: uuid.UUID, digest: bytes, now: datetime) -> bool:
    """Whether the survey holds this very submission. Notes that the tablet was heard of."""
    row = ask(
        _KNOWN,
        {
            "survey": sender.survey,
            "device": sender.device,
            "instance_id": instance_id,
            "digest": digest,
            "now": now,
        },
    )
    return row is not None and bool(row[0])
