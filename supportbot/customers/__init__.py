"""Who writes: the shops whose pages carry the widget, their customers, and each customer's proven identity."""

DOOR = ("identity", "sessions", "shop_front", "site_settings", "sites", "tables")
