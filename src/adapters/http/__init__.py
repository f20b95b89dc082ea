"""Plain HTTP doors: what is no GraphQL operation, such as signing in."""
