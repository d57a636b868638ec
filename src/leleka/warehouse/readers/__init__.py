"""Readers: a source's files become a snapshot of one typed table."""

from leleka.warehouse.readers.adoption import adopt
from leleka.warehouse.readers.files import digest, resolve
from leleka.warehouse.readers.source_loading import Loaded, load

__all__ = ["Loaded", "adopt", "digest", "load", "resolve"]
