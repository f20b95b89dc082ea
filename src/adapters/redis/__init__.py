"""What happens right now, on Redis: streams of events, and who works on what."""
