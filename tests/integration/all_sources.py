"""Whatever a test refreshes without a refresh."""

from collections.abc import Collection

from leleka.state.models import Source


def all_sources() -> Collection[int]:
    return list(Source.objects.values_list("pk", flat=True))
