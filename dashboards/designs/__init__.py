"""What stands on each board."""
