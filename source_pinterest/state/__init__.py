"""What has been read: cursors, and the shapes of their states."""
