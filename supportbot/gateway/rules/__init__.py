"""Pure decisions about calls: tries and backups, paused models, and how a model is held to a schema."""
