"""Readers: a source's files become a snapshot of one typed table."""

from leleka.warehouse.readers.adoption import adopt
from leleka.warehouse.readers.examination import Examined, examine, kind_and_sheets
from leleka.warehouse.readers.files import digest, resolve
from leleka.warehouse.readers.source_loading import Loaded, load

__all__ = ["Examined", "Loaded", "adopt", "digest", "examine", "kind_and_sheets", "load", "resolve"]
