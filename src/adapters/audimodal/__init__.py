"""AudiModal, a service that reads documents: its API, its answers, and the messages it sends."""
