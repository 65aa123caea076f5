"""The commands that sign in, choose streams and read them, and the progress table of a sync."""
