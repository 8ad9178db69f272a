"""The demo's believable week: a coffee shop, its customers, its records and its conversations."""

DOOR = ("load",)
