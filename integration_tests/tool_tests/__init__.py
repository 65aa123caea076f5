"""What the tools write is right: demos, benchmarks, the comparison of commits, documents, live and the export."""
