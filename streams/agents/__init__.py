"""In which order things happen: one agent a file."""
