"""Proof of sameness: 400 messages through the real path, held byte for byte to what was recorded.

`python -m tests.sameness` compares, `--record` writes `expected.jsonl.gz` anew, `--out FILE` writes everything in full.
A change that is meant to change drafts records anew, in a commit of its own that says so.
"""
