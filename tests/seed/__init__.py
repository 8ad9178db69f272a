"""Tests of the demo story."""
