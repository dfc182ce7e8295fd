"""What Touchstream starts itself for the demo and for tests, never for production: a broker, and programs of its own."""
