"""Why somebody is in a list, or is not."""
