"""The short way of what comes most: one new submission of a published form, or the same again.

It keeps exactly what services.intake keeps, with what a process may remember: form versions, and
the names of keys. Where anything is not, or not as remembered, nothing is kept, and the long way
(submitting.py), which remembers, has its turn.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from survey_server.domain import bodies as domain
from survey_server.domain.intake.items import Item
from survey_server.domain.intake.outcomes import Known, Outcome, outcome_of, spelled
from survey_server.domain.interviews import clock_is_off
from survey_server.domain.openrosa import Instance, SentForm, item_of
from survey_server.services import bodies
from survey_server.services.openrosa.batches import XML_GZIP, batch_id_of, packed
from survey_server.services.openrosa.told import Version, told_at_once
from survey_server.store import keys as stored_keys
from survey_server.store.intake import Body, Sender, singly
from survey_server.store.keys import KeyOnFile

_numbers = singly.Numbers()
MOST_KEYS = 1000
MOST_REPEATING = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """A survey's code, and its active key as far as is known."""

    survey: str
    on_file: KeyOnFile


_keys: dict[int, Key] = {}
# Tablets that sent last what was here already: whoever repeats one interview repeats many, after
# an evening without a network, and is asked for before anything is sealed.
_repeating: set[int] = set()


def submit(
    sender: Sender, epoch: str, form: SentForm, instance: Instance, now: datetime
) -> Outcome | None:
    """Stored or a duplicate, and committed; None where nothing was done. Raises KeyUnavailable."""
    key = _keys.get(sender.survey)
    says = told_at_once(sender.survey, instance)
    if key is None or says is None or instance.replaces or says.files or form.files:
        return None
    if says.unit is None and instance.entity is not None:
        return None
    item = item_of(instance, says.unit, says.finished)
    asked = sender.device in _repeating
    if asked and singly.is_known(sender, item.instance_id, item.digest, now):
        return Outcome.DUPLICATE
    if _keep(sender, epoch, key, says.version, item, form.xml, now):
        _repeating.discard(sender.device)
        return Outcome.STORED
    if not asked and singly.is_known(sender, item.instance_id, item.digest, now):
        _note_repeating(sender.device)
        return Outcome.DUPLICATE
    # It may have been replaced.
    _keys.pop(sender.survey, None)
    return None


def _note_repeating(device: int) -> None:
    if len(_repeating) >= MOST_REPEATING:
        _repeating.clear()
    _repeating.add(device)


def remember_key(session: Session, survey: int) -> None:
    if survey in _keys:
        return
    found = stored_keys.keys_in_use(session, survey)
    if found.active is not None:
        if len(_keys) >= MOST_KEYS:
            _keys.clear()
        _keys[survey] = Key(found.survey, found.active)


def _keep(
    sender: Sender,
    epoch: str,
    key: Key,
    version: Version,
    item: Item,
    xml: bytes,
    now: datetime,
) -> bool:
    assert version.id is not None
    number = _numbers.draw(epoch)
    sealed = domain.sealed(
        bodies.key_of(key.survey, key.on_file), domain.new_nonce(), key.survey, number, packed(xml)
    )
    sha256 = bytes.fromhex(item.sha256)
    single = singly.Single(
        instance_id=item.instance_id,
        batch=number,
        batch_id=batch_id_of(sha256, item.instance_id),
        sha256=sha256,
        digest=item.digest,
        form_version=version.id,
        unit=item.unit,
        spellings=_spellings(clock_is_off(item.finished_at, now)),
        body=Body(sealed, XML_GZIP, key.on_file.key_id),
    )
    if singly.keep(sender, single, now):
        return True
    _numbers.give_back(number, epoch)
    return False


@cache
def _spellings(clock_off: bool) -> singly.Spellings:
    def spelling(unit: bool, assigned: bool) -> str:
        known = Known(
            stored_now=True,
            same_content_on_file=False,
            form_version=True,
            unit=unit,
            assigned=assigned,
            highest_revision=0,
            clock_off=clock_off,
        )
        return spelled(*outcome_of(known, 1))

    return singly.Spellings(
        unit_unknown=spelling(unit=False, assigned=False),
        not_assigned=spelling(unit=True, assigned=False),
        assigned=spelling(unit=True, assigned=True),
    )
