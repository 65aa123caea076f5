"""What lies between streams and stdout: messages, pages, partitions, parents that are read once, circuit breakers."""
