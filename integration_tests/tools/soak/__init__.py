"""The soak test measures whether memory and states stay small during long syncs."""
