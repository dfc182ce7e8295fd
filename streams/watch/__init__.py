"""Whether a worker gets on with its work: its numbers, a watchdog that ends it when it does not, and an HTTP port that tells."""
