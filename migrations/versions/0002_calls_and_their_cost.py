"""Calls and their cost: reservations, days, breakers, served models"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What each call may cost and did, which models rest, and under which names they answer."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "reservation",
        sa.Column("id", big, nullable=False),
        sa.Column("message_id", big, nullable=True),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("model_key", sa.String(40), nullable=False),
        sa.Column("endpoint", sa.String(400), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worst_microusd", big, nullable=True),
        sa.Column("worst_output_tokens", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("cost_microusd", big, nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index(op.f("ix_reservation_message_id"), "reservation", ["message_id"], unique=False)
    op.create_index("ix_reservation_endpoint_started", "reservation", ["endpoint", "started_at"], unique=False)
    op.create_table(
        "spend_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("microusd", big, nullable=False),
        sa.Column("unpriced_output_tokens", big, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spend_day")),
    )
    op.create_table(
        "breaker",
        sa.Column("endpoint", sa.String(400), nullable=False),
        sa.Column("model_key", sa.String(40), nullable=False),
        sa.Column("because", sa.String(20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_probes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_breaker")),
    )
    op.create_table(
        "served_model",
        sa.Column("endpoint", sa.String(400), nullable=False),
        sa.Column("model_answered", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_served_model")),
    )
    op.add_column("attempt", sa.Column("fingerprint", sa.String(200), nullable=True))
    op.add_column("attempt", sa.Column("reservation_id", big, nullable=True))
