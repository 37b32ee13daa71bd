"""One file for each kind of waste."""
