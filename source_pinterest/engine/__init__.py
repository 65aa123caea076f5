"""What the framework's concurrency needs of us: ordered messages, cursors, read-once parents, fuses."""
