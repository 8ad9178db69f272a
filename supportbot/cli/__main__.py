"""`python -m supportbot.cli` is the command `supportbot`."""

from supportbot.cli import main

main()
