"""Messages to other programs over HTTP, where these may go."""
