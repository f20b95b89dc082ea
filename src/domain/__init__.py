"""The inside: nouns with their rules, errors, ports and use cases. Standard library only."""
