"""Alembic's environment. The connection comes from `supportbot.db.migration.upgrade`; there is no alembic.ini."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString

from supportbot.db import UtcDateTime
from supportbot.db.migration import all_tables


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write plain SQLAlchemy types into migrations, so that they outlive the code they came from."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    if isinstance(item, sa.JSON):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=all_tables(),
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
