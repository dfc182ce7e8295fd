"""One job in several frameworks. `job.py` is what all of them do; the other files wire it into one framework each, and run in its own environment."""
