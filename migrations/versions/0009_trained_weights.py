"""Trained weights: what labels taught the linear model; the layer that decided"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table, and a column that the release before leaves empty."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "triage_weights",
        sa.Column("id", big, nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_reason", sa.String(300), nullable=True),
        sa.Column("name", sa.String(80), nullable=True),
        sa.Column("base", sa.String(80), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("newest_label_id", big, nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("report", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(254), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_weights")),
        sa.UniqueConstraint("due_at", name=op.f("uq_triage_weights_due_at")),
    )
    op.create_index(op.f("ix_triage_weights_name"), "triage_weights", ["name"], unique=False)
    op.add_column("decision", sa.Column("layer", sa.String(20), nullable=True))
