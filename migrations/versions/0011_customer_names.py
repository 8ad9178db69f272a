"""Customers by name: whether a reply names another one"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index; the release before works with it."""
    op.create_index(op.f("ix_customer_name"), "customer", ["name"])
