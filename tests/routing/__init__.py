"""Tests of the routing policy and its decision."""
