"""A folder of the local disk: blobs for one machine, or for several that share the disk."""
