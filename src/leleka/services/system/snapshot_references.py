from typing import Final

from django.db.models import Q

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import FINAL
from leleka.services.exports.open_sends import LONGEST as QUARANTINE
from leleka.services.exports.open_sends import open_batches
from leleka.services.runs.retention import kept_since
from leleka.state.models import (
    AddressBook,
    BatchRow,
    Ledger,
    Measure,
    ProfileList,
    Run,
    Segment,
    Source,
    SourceQuality,
    SuppressedReading,
    TableIndex,
    Task,
)

LONGEST: Final = 3600.0  # seconds after its beginning a reading may still be used or gone on with


def needed(clock: Clock) -> set[str]:
    """Name every snapshot that something points to or may still need."""
    sources = set(Source.objects.values_list("snapshot", flat=True))
    AddressBook.objects.exclude(profiles__in=sources).delete()
    kept = sources | set(Segment.objects.values_list("snapshot", flat=True))
    kept |= set(Segment.objects.values_list("memberships", flat=True))
    kept |= set(ProfileList.objects.values_list("snapshot", flat=True))
    kept |= set(Measure.objects.values_list("snapshot", flat=True))
    held = SourceQuality.objects.exclude(held={}).values_list("held", flat=True)
    kept |= {one["loaded"]["snapshot"] for one in held}  # somebody may still accept them
    kept |= set(AddressBook.objects.values_list("snapshot", flat=True))
    for pair in TableIndex.objects.values_list("snapshot", "of"):
        kept |= set(pair)  # an index is of use as long as there is what its numbers are of
    kept |= set(Ledger.objects.values_list("snapshot", flat=True))
    unforgotten = Q(finished_at__isnull=True) | Q(finished_at__gte=kept_since(clock))
    kept |= set(Run.objects.filter(unforgotten).values_list("outcomes", flat=True))
    for compared in Task.objects.filter(kind=Task.Kind.RECONCILE).values_list("payload", flat=True):
        kept |= {compared.get("repaired", "")}  # of whoever repairs it
    kept |= {part for parts in SuppressedReading.objects.values_list("parts", flat=True) for part in parts}
    for run in Run.objects.filter(finished_at__isnull=True):
        configuration = run.configuration
        if frozen := configuration.frozen:
            kept |= {run.plan, frozen.profiles, frozen.addresses}
            kept |= {one.snapshot for one in configuration.segments}
            kept |= {snapshot for pair in frozen.elsewhere for snapshot in pair}
            kept |= {snapshot for _, snapshot in frozen.measures}
    # The plans of batches that are still open, and of those a day ago: their addresses may have to wait.
    # Nobody asks any more after a batch that was accepted before all of that and never confirmed.
    runs = Run.objects.filter(unforgotten)
    recent = runs.order_by("-pk").values_list("plan", flat=True)[:200]
    open_still = BatchRow.objects.filter(run__in=runs).exclude(status__in=FINAL)
    unsettled = open_still.values_list("run__plan", flat=True)
    waiting = open_batches(clock.now() - QUARANTINE).values_list("run__plan", flat=True)
    return kept | set(recent) | set(unsettled) | set(waiting)
