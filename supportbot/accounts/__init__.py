"""People who work here: roles, rights, sign-in."""

DOOR = ("actions", "login_throttle", "queries", "rules", "sign_in", "tables", "tokens", "types")
