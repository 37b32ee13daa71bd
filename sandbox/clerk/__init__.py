"""The sandbox's identity provider: speaks Clerk's session tokens and handshake on loopback."""
