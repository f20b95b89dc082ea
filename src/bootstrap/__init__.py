"""Bootstrap: the only package that knows which adapter answers which port.

Everything that is opened here is closed here. `parts` opens what all processes need; `serving` is
the API, `working` the worker, and `tending` what operators do beside them. Each of them imports
what it needs itself: a worker serves no GraphQL, so it does not wait for its library either.
"""
