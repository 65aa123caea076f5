"""The experiments of `make live` with a real account, and `make live-adopt`, which takes what a volunteer sends."""
