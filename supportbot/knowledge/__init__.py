"""Help articles and policy passages that a draft may rest on."""
