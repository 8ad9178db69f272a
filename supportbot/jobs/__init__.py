"""Background work: what runs, when, and the net under it."""
