"""What the workers' tests ask for: an Aether over a graph engine, and people in it, as the API's do."""

from tests.graphql.conftest import (
    ada,
    at_work,
    ben,
    beside,
    eve,
    here,
    house,
    mallory,
    nobody,
    pytest_configure,
    pytest_generate_tests,
    root,
    vera,
)

__all__ = [
    "ada",
    "at_work",
    "ben",
    "beside",
    "eve",
    "here",
    "house",
    "mallory",
    "nobody",
    "pytest_configure",
    "pytest_generate_tests",
    "root",
    "vera",
]
