"""What Aether is connected to: one folder for each technology, each answering ports of the domain."""
