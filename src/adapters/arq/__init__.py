"""arq, which wakes workers and does nothing else for us: the graph knows what is to be done."""
