"""Judge, verify, price and follow up what an audit saw."""
