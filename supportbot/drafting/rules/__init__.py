"""Pure decisions about drafts."""
