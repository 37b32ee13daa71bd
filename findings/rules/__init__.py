"""The rules, one file for each kind of waste, in a folder for each cloud."""
