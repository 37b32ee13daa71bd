"""Who is asking, and the transaction in which everything of the request runs."""
