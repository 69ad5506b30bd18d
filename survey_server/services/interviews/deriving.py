"""What was understood becomes interviews, matches and coverage, in one transaction.

The EA rows are locked before anything about those EAs is read, so that whoever comes second sees
what the first one wrote. Nothing depends on the order in which submissions are worked through.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.interviews import (
    UNKNOWN_SCOPE,
    InterviewKey,
    counting_of,
    current_of,
    unknown_ea,
)
from survey_server.services.interviews import counting, pairing
from survey_server.services.interviews.across import judge_across
from survey_server.services.interviews.reading import (
    AtHand,
    Failed,
    Understood,
    read_submissions,
)
from survey_server.store import coverage, frame, intake, interviews, matching
from survey_server.store.intake import Received
from survey_server.store.interviews import Derived, Families, Telling
from survey_server.store.quarantine import put_aside
from survey_server.store.sync import lock_places


def derive_batches(session: Session, batches: Sequence[int], now: datetime) -> int:
    """Works batches through to the end of their pending mark; how many submissions they held."""
    lock_places(session)
    submissions = intake.received_in(session, batches)
    derive(session, submissions, now)
    intake.finish(session, batches)
    return len(submissions)


def derive(
    session: Session,
    submissions: Sequence[Received],
    now: datetime,
    at_hand: AtHand | None = None,
) -> None:
    read = read_submissions(session, list(submissions), at_hand)
    failed = [one for one in read if isinstance(one, Failed)]
    # Whoever reads these bytes fails; also where a rebuild finds what was understood once.
    quarantine(session, failed, ("received", "derived"), now)
    by_survey: dict[int, list[Understood]] = {}
    for one in read:
        if isinstance(one, Understood):
            by_survey.setdefault(one.submission.survey_id, []).append(one)
    for survey, understood in sorted(by_survey.items()):
        _tell(session, survey, understood)


def quarantine(
    session: Session, failed: Sequence[Failed], before: Sequence[str], now: datetime
) -> None:
    """Puts aside what is still in one of the states `before`."""
    if not failed:
        return
    ids = [one.submission.instance_id for one in failed]
    moved = intake.move_state(session, ids, before, "quarantined")
    of_reason: dict[tuple[str, str], list[uuid.UUID]] = {}
    for one in failed:
        if one.submission.instance_id in moved:
            of_reason.setdefault((one.code, one.trace), []).append(one.submission.instance_id)
    for (code, trace), aside in sorted(of_reason.items()):
        put_aside(session, sorted(aside), code, trace, now)


def _tell(session: Session, survey: int, understood: Sequence[Understood]) -> None:
    """Writes what the submissions of one survey change."""
    locked = _lock_eas(session, survey, understood)
    ids = [one.submission.instance_id for one in understood]
    derived = intake.move_state(session, ids, ("received", "derived"), "derived")
    understood = [one for one in understood if one.submission.instance_id in derived]
    families, eas = _families_now(session, survey, understood, locked)
    counted = counting.begin(session, survey, eas, [*families.chains, *families.left])
    tellings, late = _tellings(session, survey, understood, families)
    keys = [telling.key for telling in tellings]
    paired = pairing.begin(session, survey, [*keys, *families.left])
    matching.lock_scopes(session, paired.scopes | {telling.scope_id for telling in tellings})
    units = interviews.units_told(session, [*keys, *families.left])
    interviews.forget_interviews(session, sorted(families.left))
    interviews.save_tellings(session, tellings)
    interviews.note_first_arrivals(session, late)
    units |= {telling.unit_id for telling in tellings if telling.unit_id is not None}
    decide_counting(session, units)
    judge_across(session, survey, sorted(ea for ea in eas if ea != unknown_ea(survey)))
    pairing.finish(session, paired)
    counting.finish(session, counted)


def _lock_eas(session: Session, survey: int, understood: Sequence[Understood]) -> set[int]:
    """All EAs whose interviews or figures may change."""
    wanted = {one.submission.ea_id for one in understood}
    wanted |= _eas_of(session, _families_of(session, survey, understood))
    coverage.lock_eas(session, survey, sorted(wanted))
    return wanted


def _families_of(session: Session, survey: int, understood: Sequence[Understood]) -> Families:
    claimed = {one.submission.interview_id for one in understood}
    return interviews.families_of(session, survey, claimed)


def _eas_of(session: Session, families: Families) -> set[int]:
    """Where they are told, and where else their units were: a unit may have moved."""
    return {*families.eas} | interviews.eas_telling(session, sorted(families.units))


def _families_now(
    session: Session, survey: int, understood: Sequence[Understood], locked: set[int]
) -> tuple[Families, set[int]]:
    """As they are under the locks. Where the door has added to one in between, its EAs are locked,
    too; two workers that do so at once may wait for each other, and one begins again."""
    while True:
        families = _families_of(session, survey, understood)
        more = _eas_of(session, families) - locked
        if not more:
            return families, locked
        coverage.lock_eas(session, survey, sorted(more))
        locked = locked | more


def _tellings(
    session: Session, survey: int, understood: Sequence[Understood], families: Families
) -> tuple[list[Telling], dict[InterviewKey, datetime]]:
    """The interviews that are told anew; and the first arrivals of the others."""
    chains = families.chains
    current = {key: current_of([one.link for one in chains[key]]).instance_id for key in chains}
    told = interviews.currents_of(session, sorted(current))
    by_id = {one.submission.instance_id: one for one in understood}
    by_id |= _read_again(
        session,
        [one for key, one in current.items() if one not in by_id and told.get(key) != one],
    )
    touched = {(families.part_of[one], by_id[one].submission.ea_id) for one in by_id}
    scopes = frame.scopes_of(session, survey, sorted({key[1] for key in touched}))
    tellings, late = [], {}
    for key in sorted(touched):
        if current[key] in by_id:
            scope = scopes.get(key[1], UNKNOWN_SCOPE)
            tellings.append(telling_of(by_id[current[key]], key[0], chains[key], scope))
        else:
            late[key] = min(one.received_at for one in chains[key])
    return tellings, late


def _read_again(session: Session, instance_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Understood]:
    """A late original lifts the revisions of what replaces it, and may show that two interviews are
    one: a submission that came in long ago may have become current."""
    if not instance_ids:
        return {}
    read = read_submissions(session, intake.received(session, sorted(instance_ids)))
    return {one.submission.instance_id: one for one in read if isinstance(one, Understood)}


def telling_of(
    understood: Understood, interview: uuid.UUID, chain: Sequence[Derived], scope: int
) -> Telling:
    submission, household = understood.submission, understood.household
    return Telling(
        interview_id=interview,
        ea_id=submission.ea_id,
        survey_id=submission.survey_id,
        unit_id=submission.unit_id,
        current=submission.instance_id,
        revision=submission.revision,
        form_version_id=submission.form_version_id,
        scope_id=scope,
        person_id=submission.person_id,
        device_id=submission.device_id,
        assigned=submission.assigned,
        result=household.result,
        complete=household.complete,
        content=understood.content,
        represented_by=household.represented_by,
        describes_dwelling=household.describes_dwelling,
        started_at=household.started,
        finished_at=household.finished,
        first_received_at=min(one.received_at for one in chain),
        received_at=submission.received_at,
        persons=understood.persons,
        findings=understood.findings,
    )


def decide_counting(session: Session, units: Collection[int]) -> None:
    candidates = interviews.candidates_of(session, sorted(units))
    counting = {unit: counting_of(candidates[unit]) for unit in sorted(candidates)}
    interviews.set_counting(session, counting)
