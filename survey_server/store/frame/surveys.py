"""Surveys, found by code."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey_server.domain.frame import SurveyDefinition
from survey_server.store.frame.tables import Area, Survey


def surveys(session: Session) -> Sequence[Survey]:
    return session.scalars(select(Survey).order_by(Survey.code)).all()


def survey_by_code(session: Session, code: str) -> Survey | None:
    return session.scalar(select(Survey).where(Survey.code == code))


def lock_survey(session: Session, survey_id: int) -> None:
    """Imports into a survey take turns. Tablets go on meanwhile: they never lock its row."""
    session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update(key_share=True))


def has_areas(session: Session, survey_id: int) -> bool:
    return bool(session.scalar(select(exists().where(Area.survey_id == survey_id))))


def upsert_survey(session: Session, definition: SurveyDefinition) -> Survey:
    values = asdict(definition)
    # Those it brings along; what it has is in the table of forms.
    del values["forms"]
    statement = insert(Survey).values(values)
    return session.scalars(
        statement.on_conflict_do_update(
            index_elements=[Survey.code],
            set_={name: statement.excluded[name] for name in values if name != "code"},
        ).returning(Survey),
        execution_options={"populate_existing": True},
    ).one()


def code_of_survey(session: Session, survey_id: int) -> str:
    return session.get_one(Survey, survey_id).code


def is_retired(session: Session, survey_id: int) -> bool:
    return session.get_one(Survey, survey_id).state == "retired"
