"""The vocabulary of statuses, the same for pages, API and terminal. The values are stored, and are the words shown in
English; the catalogue of messages has those of the other languages.

Members of different enums with the same value are equal: the status of a step that led to a run is that of its run.
"""

from enum import StrEnum


class RunStatus(StrEnum):
    """The status of a run, and of a refresh."""

    QUEUED = "Queued"
    PROCESSING = "Processing"
    NEEDS_CONFIRMATION = "Needs confirmation"
    SUCCESSFUL = "Successful"
    WITH_WARNINGS = "Completed with warnings"
    FAILED = "Failed"
    CANCELING = "Canceling"
    CANCELED = "Canceled"


class StepStatus(StrEnum):
    """The status of a step of a refresh; ``Skipped`` always comes with the reason and the thing to do."""

    NOT_STARTED = "Not started"
    QUEUED = "Queued"
    PROCESSING = "Processing"
    NEEDS_CONFIRMATION = "Needs confirmation"
    SUCCESSFUL = "Successful"
    WITH_WARNINGS = "Completed with warnings"
    FAILED = "Failed"
    SKIPPED = "Skipped"
    CANCELED = "Canceled"


class TaskStatus(StrEnum):
    """The status of a task of the worker: a preview, a count, the members of a segment, a reconciliation."""

    QUEUED = "Queued"
    PROCESSING = "Processing"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    CANCELED = "Canceled"


class DueOutcome(StrEnum):
    """What became of a due instant of a schedule."""

    STARTED = "started"
    OVERLAP = "skipped-overlap"
    MISSED = "skipped-missed"
    FAILED = "failed-to-start"


class Ended(StrEnum):
    """The outcome of one selected profile; each profile has exactly one (I-2)."""

    DELIVERED = "delivered"
    UNCHANGED = "unchanged"
    EXCLUDED = "excluded"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    NOT_ATTEMPTED = "not_attempted"
