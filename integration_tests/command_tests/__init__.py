"""The connector's commands, and those in its documents."""
