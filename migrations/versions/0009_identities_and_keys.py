"""Identities stand apart from answers, and bodies are encrypted with keys of their survey."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""
