"""What doors need of lists besides what they ask for: files read as entries, and how many of these there may be."""

from leleka.services.lists.entries import MOST, read_file

__all__ = ["MOST", "read_file"]
