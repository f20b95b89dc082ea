"""The local issuer: an OpenID Connect issuer for one machine, so that trying Aether takes no other."""
