"""Tablets are enrolled by one-time codes."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing yet."""
