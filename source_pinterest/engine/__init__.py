"""Everything between the streams and stdout: tasks, failures, parents' ids, bundles, the queue and the output."""
