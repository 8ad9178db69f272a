"""Articles: who reviewed them, full-text search, what drafts cited, questions without one"""

import sqlalchemy as sa
from alembic import op

from supportbot.knowledge.full_text import indexed_words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables and columns; the release before writes passages that the index learns of when imported anew."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("article", sa.Column("reviewed_by", sa.String(200), nullable=True))
    op.add_column("article", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "passage_use",
        sa.Column("ref", sa.String(140), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_conversation_id", big, nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_passage_use")),
    )
    op.create_table(
        "article_gap",
        sa.Column("message_id", big, nullable=False),
        sa.Column("conversation_id", big, nullable=False),
        sa.Column("topic", sa.String(30), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_article_gap")),
    )
    op.create_index("ix_article_gap_asked_at", "article_gap", ["asked_at"], unique=False)
    _make_index()


def _make_index() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE passage_words USING fts5(words, content='', tokenize='unicode61')")
        insert = "INSERT INTO passage_words (rowid, words) VALUES (:id, :words)"
    else:
        op.execute(
            "CREATE TABLE passage_words (passage_id BIGINT PRIMARY KEY REFERENCES passage (id) ON DELETE CASCADE, "
            "words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_passage_words_words ON passage_words USING gin (words)")
        insert = "INSERT INTO passage_words (passage_id, words) VALUES (:id, to_tsvector('simple', :words))"
    held = connection.execute(
        sa.text("SELECT p.id, a.title, p.heading, p.text FROM passage AS p JOIN article AS a ON a.id = p.article_id")
    ).all()
    rows = [{"id": row[0], "words": " ".join(indexed_words(f"{row[1]} {row[2]} {row[3]}"))} for row in held]
    if rows:
        connection.execute(sa.text(insert), rows)
