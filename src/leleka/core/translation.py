"""Marking text that people read where nothing is translated yet: the rooms below the doors know no language."""


def translatable(text: str) -> str:
    """Return the text as it is. Imported as ``_``, it brings the text into the catalogue; doors look it up there."""
    return text
