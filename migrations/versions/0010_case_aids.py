"""Case aids: summaries for a hand-over, and the numbers that a customer names"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table; the release before does not know it."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "case_aid",
        sa.Column("id", big, nullable=False),
        sa.Column("conversation_id", big, nullable=False),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("upto_id", big, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_reason", sa.String(200), nullable=True),
        sa.Column("prompt", sa.String(60), nullable=False),
        sa.Column("output_schema", sa.String(20), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("model_key", sa.String(40), nullable=True),
        sa.Column("author", sa.String(200), nullable=True),
        sa.Column("result", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_aid")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_case_aid_conversation_id_conversation")
        ),
        sa.UniqueConstraint(
            "conversation_id", "task", "upto_id", name=op.f("uq_case_aid_conversation_id_task_upto_id")
        ),
    )
