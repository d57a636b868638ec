from dataclasses import dataclass

from leleka.core.plan import Counts


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a run would do now. ``minutes`` is at the connection's share of the limits, for sending alone.

    ``plan_limit`` are the contacts the account pays for, as entered; ``account_contacts`` those it holds, asked where
    there is such a limit.
    """

    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    counts: Counts
    requests: int
    minutes: float
    confirmation_reason: str
    confirmation_told: dict[str, object]
    too_large: bool
    limit: int
    plan_limit: int | None
    account_contacts: int | None
