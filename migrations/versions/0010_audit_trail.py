"""The audit trail: entries, and the chain that seals them."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing yet."""
