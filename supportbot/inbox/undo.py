"""How long a reply can be taken back after a person let it go."""

UNDO_S = 10
