"""The proof of sameness: what 400 messages lead to, kept and compared byte for byte."""
