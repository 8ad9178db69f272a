"""The ten languages, and the text primitives that every layer above reads and writes with."""
