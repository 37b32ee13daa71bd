"""How dates and numbers look."""
