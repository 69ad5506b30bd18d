"""Refusals of the API are noted as those of pages are."""

from survey_server.refusals import note_refusal

__all__ = ["note_refusal"]
