"""Everything between the streams and stdout: tasks, failures, parents' ids, pages, the queue and the output."""
