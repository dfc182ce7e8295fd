"""Files of the past become events: read, translate, send, resume."""
