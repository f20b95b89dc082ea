"""Words: what views may ask for, each as the Cypher that reads it.

`it` is the thing at hand, and `it_notebook` what came with it; `that` is what a branch leads
to. The compiler of views puts variables in their place, and values in the place of slots.
A thing at hand is live, and the viewer may read it: every branch sees to that for what it
leads to. Below a readable notebook nothing takes a second look, since rights only widen.
"""

from aether.adapters.neo4j.words.edges import LEVEL, READABLE, Edge, Kind
from aether.adapters.neo4j.words.kinds import KINDS
from aether.adapters.neo4j.words.roots import ROOTS

__all__ = ["KINDS", "LEVEL", "READABLE", "ROOTS", "Edge", "Kind"]
