"""The tests of supportbot, one folder per package; what they share stands here and in conftest.py."""
