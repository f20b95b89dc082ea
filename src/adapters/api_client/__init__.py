"""A client of the API: files are imported and words looked up from the command line, over HTTP."""
