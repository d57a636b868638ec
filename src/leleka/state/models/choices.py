"""The enums of ``core.statuses`` as choices of a model's field."""

from enum import StrEnum


def choices_of(statuses: type[StrEnum]) -> list[tuple[str, str]]:
    """Return values with the labels that Django's ``TextChoices`` makes: the migrations have these."""
    return [(one.value, one.name.replace("_", " ").title()) for one in statuses]
