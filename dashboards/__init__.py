"""What ops teams look at."""
