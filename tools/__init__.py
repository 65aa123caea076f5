"""Programs beside the tests: demos, generators of documents, live experiments, benchmarks, soak and the comparison."""
