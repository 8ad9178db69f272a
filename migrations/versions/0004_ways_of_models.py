"""Ways of models: in which way each model keeps to a schema, when and how that was found out"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row for each model at an address."""
    op.create_table(
        "model_way",
        sa.Column("endpoint", sa.String(400), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column(
            "ways",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("found_by", sa.String(20), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_model_way")),
    )
