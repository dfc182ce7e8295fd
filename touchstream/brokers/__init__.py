"""Brokers that Touchstream starts itself: for the demo and for tests, never for production."""
