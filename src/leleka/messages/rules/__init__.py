"""Rules of segments as sentences."""
