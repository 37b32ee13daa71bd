"""Commands of the findings app."""
