"""Receiving a submission from ODK Collect or Enketo: a batch of one, with its files.

The caller commits and only then answers. The same bytes from the same tablet are the same batch,
whenever they come: what is on file is answered as it was.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.intake.items import Batch
from survey_server.domain.intake.outcomes import Outcome
from survey_server.domain.openrosa import Instance, SentForm, item_of
from survey_server.problems import Problem
from survey_server.services import attachments, intake
from survey_server.services.openrosa import swiftly
from survey_server.services.openrosa.batches import XML_GZIP, batch_id_of, packed
from survey_server.services.openrosa.told import told
from survey_server.store.intake import Sender


@dataclass(frozen=True, slots=True)
class Submitted:
    """`new`: there is something to ring for; `refused`: why a file could not be kept."""

    outcome: Outcome
    new: bool
    refused: Problem | None


def submit(
    session: Session, sender: Sender, form: SentForm, instance: Instance, now: datetime
) -> Submitted:
    """Raises KeyUnavailable or SurveyRetired.

    An interview is kept also where a file that came with it cannot be.
    """
    says = told(session, sender.survey, sender.person, instance)
    item = item_of(instance, says.unit, says.finished)
    sha256 = hashlib.sha256(form.xml).digest()
    upload = intake.Upload(
        batch_id=batch_id_of(sha256, item.instance_id),
        held=None,
        batch=Batch({}, (item,), sha256, 0),
        body=packed(form.xml),
        body_format=XML_GZIP,
    )
    receipt = intake.receive_batch(session, sender, upload, now)
    names = dict.fromkeys(says.files)
    attachments.expect(session, sender.survey, item.instance_id, names, now)
    files = [(one.called(names), one.content) for one in form.files]
    refused = _keep_files(session, sender.survey, item.instance_id, files, now)
    swiftly.remember_key(session, sender.survey)
    return Submitted(receipt.results[0].outcome, receipt.new, refused)


def _keep_files(
    session: Session,
    survey: int,
    instance_id: uuid.UUID,
    files: Sequence[tuple[str, bytes]],
    now: datetime,
) -> Problem | None:
    """The first refusal, if any; what can be kept is kept."""
    refused = None
    for name, content in files:
        try:
            attachments.keep(session, survey, instance_id, name, content, now)
        except Problem as problem:
            refused = refused or problem
    return refused
