"""The live view of the terminal: numbers read from the views, drawn for people or as plain lines."""
