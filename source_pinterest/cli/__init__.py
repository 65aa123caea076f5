"""The commands beside the connector, which sign in, choose streams and read them, and the progress table of a sync."""
