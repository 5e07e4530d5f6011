"""What the workers of a cluster share, in a Redis or Valkey server."""
