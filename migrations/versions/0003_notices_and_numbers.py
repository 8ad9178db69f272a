"""Invoices: the number people read, and whether a renewal was announced"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns that the release before leaves at their defaults."""
    op.add_column("invoice", sa.Column("number", sa.String(60), nullable=True))
    op.add_column("invoice", sa.Column("notice_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoice", sa.Column("unannounced", sa.Boolean(), server_default=sa.false(), nullable=False))
