"""What travels through Touchstream: events, topics, the touchpoint catalogue, and what streams conclude."""
