"""Everything between the streams and stdout: tasks, failures, parents' ids, batches, the queue and the output."""
