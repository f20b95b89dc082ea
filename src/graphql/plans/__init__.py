"""Plans: a document that was asked before is answered by one statement and a function written for it.

`Plans` keeps them; `compiling` makes one of a document; `shapes` says which field is what to
the domain. Whatever a plan does not cover, and whatever comes out odd, goes through the
ordinary execution, which alone tells of errors.
"""

from aether.graphql.plans.engine import Plans

__all__ = ["Plans"]
