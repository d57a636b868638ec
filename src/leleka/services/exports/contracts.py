from dataclasses import dataclass, field

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
    too_large: bool
    limit: int
    confirmation_told: dict[str, object] = field(default_factory=dict)
    plan_limit: int | None = None
    account_contacts: int | None = None

    @property
    def seconds(self) -> float:
        """Return how long sending takes."""
        return self.minutes * 60

    @property
    def left(self) -> int:
        """Return the number of leavers."""
        return sum(self.counts.left.values())

    @property
    def beyond_plan(self) -> bool:
        """Return whether the account could hold more contacts than it pays for afterwards: those it holds and those to
        be added, or where it does not tell, all who are selected.
        """
        if self.plan_limit is None:
            return False
        held = self.account_contacts
        return (self.counts.selected if held is None else held + self.counts.added) > self.plan_limit
