"""Programs beside the tests: demos, generators of documents, `make live`, benchmarks, soak and the comparison."""
