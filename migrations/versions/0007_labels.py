"""Labels: what people's acts proved about messages; which weights decided"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table, and a column that the release before leaves empty."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "triage_label",
        sa.Column("id", big, nullable=False),
        sa.Column("message_id", big, nullable=False),
        sa.Column("conversation_id", big, nullable=False),
        sa.Column("said_topic", sa.String(30), nullable=False),
        sa.Column("said_risk", sa.String(10), nullable=False),
        sa.Column("said_hold", sa.Boolean(), nullable=False),
        sa.Column("weights", sa.String(80), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("true_topic", sa.String(30), nullable=True),
        sa.Column("true_risk", sa.String(10), nullable=True),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("by_id", big, nullable=False),
        sa.Column("outgoing_id", big, nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_triage_label_message_id_message")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_triage_label_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["agent.id"], name=op.f("fk_triage_label_by_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_label")),
    )
    current = sa.text("is_current")
    op.create_index(
        "uq_triage_label_current",
        "triage_label",
        ["message_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_index("ix_triage_label_message", "triage_label", ["message_id", "id"], unique=False)
    op.create_index("ix_triage_label_newest", "triage_label", ["is_current", "created_at"], unique=False)
    op.create_index(op.f("ix_triage_label_conversation_id"), "triage_label", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_triage_label_outgoing_id"), "triage_label", ["outgoing_id"], unique=False)
    op.add_column("decision", sa.Column("weights", sa.String(80), nullable=True))
