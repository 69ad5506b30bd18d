"""Row-level security, and a role of its own for intake."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Nothing yet."""
