"""Programs beside the tests: demos, generators of documents, a recorder of live answers, benchmarks, comparison."""
