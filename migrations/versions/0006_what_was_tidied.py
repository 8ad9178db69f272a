"""What the normaliser changed on a draft"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each step with before and after; older drafts, and those of the previous release, have none."""
    kept = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    op.add_column("draft", sa.Column("changes", kept, nullable=False, server_default=sa.text("'[]'")))
