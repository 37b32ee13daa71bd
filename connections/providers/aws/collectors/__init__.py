"""One module a service: the calls it makes, what they bring, and where its usage is kept. Found by standing here."""
