"""People who work here: roles, rights, sign-in."""
