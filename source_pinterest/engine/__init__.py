"""Everything between the streams and stdout: slices, failures, parents' ids, pages, the queue and the output."""
