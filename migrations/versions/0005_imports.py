"""Imports: runs and their pages, and when each account's records were last read"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, and a column that the release before leaves empty."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("billing_account", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "import_run",
        sa.Column("id", big, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_origin", "import_run", ["origin", "state"], unique=False)
    op.create_table(
        "import_page",
        sa.Column("id", big, nullable=False),
        sa.Column("run_id", big, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.String(255), nullable=True),
        sa.Column("has_more", sa.Boolean(), nullable=False),
        sa.Column("objects", json, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_page_run_id_import_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_page")),
        sa.UniqueConstraint("run_id", "kind", "position", name=op.f("uq_import_page_run_id_kind_position")),
    )
