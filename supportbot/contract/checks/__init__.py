"""The checks that every draft passes through before a person sees it."""
