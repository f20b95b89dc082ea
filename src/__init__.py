"""Aether: a self-hosted knowledge workspace, one graph in Neo4j behind one GraphQL API."""
