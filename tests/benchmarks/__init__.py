"""Speed figures, by `make bench`: each `bench_*.py` here has functions `bench_...(ground)` that give figures.

Nothing here runs in `make test`: a busy machine would fail it. A figure with a limit that is missed makes
`make bench` end with exit code 1.
"""
