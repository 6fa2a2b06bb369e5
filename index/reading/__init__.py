"""Training and running the reader."""
