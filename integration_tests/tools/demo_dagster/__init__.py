"""The demo of `make demo-dagster`: three shards of ad accounts, read at once by an orchestrator."""
