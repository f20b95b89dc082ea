"""S3, or whatever speaks it: blobs beyond one machine."""
