"""The metrics in Prometheus format: each family is named and explained here, and in
docs/reference/metrics.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leleka import __version__
from leleka.core.clock import SystemClock
from leleka.core.ports.clock import Clock
from leleka.services.monitoring.metrics import Counting, Figures

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Product(Collector):
    """Queries the database at each scrape."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counting = Counting()

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before the first scrape: the database may not exist yet."""
        return ()

    def collect(self) -> Iterator[Metric]:
        figures = self._counting.read(self._clock)
        yield from _runs(figures)
        yield from _deliveries(figures)
        yield from _standing(figures)


def _runs(figures: Figures) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        "leleka_runs_ended",
        "Runs that ended, by status and by what set them off.",
        labels=("status", "trigger"),
    )
    for (status, trigger), number in sorted(figures.runs_ended.items()):
        ended.add_metric((status, trigger), number)
    yield ended
    yield _gauge("leleka_runs_live", "Runs that have not ended, by status.", "status", figures.runs_live)
    yield GaugeMetricFamily(
        "leleka_oldest_queued_seconds",
        "How long the oldest queued run has been waiting; 0 without one.",
        figures.oldest_queued,
    )
    yield _gauge(
        "leleka_export_last_success_age_seconds",
        "Seconds since the end of the last run of an export that succeeded, by the export's id.",
        "export",
        {str(export): age for export, age in figures.last_success.items()},
    )


def _deliveries(figures: Figures) -> Iterator[Metric]:
    for name, said in (
        ("delivered", "Contacts that ActiveCampaign confirmed, in ended runs."),
        ("rejected", "Profiles that were rejected, in ended runs."),
        ("excluded", "Profiles that were excluded, in ended runs."),
    ):
        yield CounterMetricFamily(f"leleka_contacts_{name}", said, figures.contacts[name])
    attempts = CounterMetricFamily(
        "leleka_attempts", "Requests with a batch, in ended runs, by outcome.", labels=("outcome",)
    )
    for outcome, number in sorted(figures.attempts_ended.items()):
        attempts.add_metric((outcome,), number)
    yield attempts
    yield _gauge(
        "leleka_attempts_live",
        "Requests with a batch in runs that have not ended, by outcome.",
        "outcome",
        figures.attempts_live,
    )
    yield _gauge(
        "leleka_batches_in_flight",
        "Batches that left and are not confirmed yet, by status.",
        "status",
        figures.batches,
    )


def _standing(figures: Figures) -> Iterator[Metric]:
    for name, said, value in (
        ("leleka_accounts", "ActiveCampaign accounts that are known.", figures.accounts),
        (
            "leleka_accounts_paused",
            "Accounts that are not sent to just now: they were throttled and asked for a pause.",
            figures.accounts_paused,
        ),
        ("leleka_workers_alive", "Workers seen within the last 30 seconds.", figures.workers),
        ("leleka_database_bytes", "Size of the state's database.", figures.database_bytes),
        ("leleka_lake_bytes", "Size of the snapshots in the lake, at most a minute old.", figures.lake_bytes),
    ):
        yield GaugeMetricFamily(name, said, value)
    yield _gauge(
        "leleka_concerns", "What is wrong now or waits for somebody, by kind.", "kind", figures.concerns
    )
    yield CounterMetricFamily(
        "leleka_log_lines_dropped",
        "Log lines that this process dropped because nobody read its log.",
        figures.log_lines_dropped,
    )
    head = GaugeMetricFamily(
        "leleka_audit_head",
        "Entries of the audit, with the digest of the last link of its chain.",
        labels=("digest",),
    )
    head.add_metric((figures.audit_head,), figures.audit_entries)
    yield head
    version = GaugeMetricFamily(
        "leleka_build_info", "The version of this process; always 1.", labels=("version",)
    )
    version.add_metric((__version__,), 1)
    yield version


def _gauge(name: str, said: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=(label,))
    for value, number in sorted(values.items()):
        family.add_metric((value,), number)
    return family


def registry_of(clock: Clock) -> CollectorRegistry:
    """Return a registry with what the database knows."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Product(clock))
    return registry


REGISTRY: Final = registry_of(SystemClock())
SECONDS: Final = Histogram(
    "leleka_web_request_seconds",
    "How long this process took to answer, by route.",
    ("route",),
    buckets=_BUCKETS,
    registry=REGISTRY,
)
ANSWERS: Final = Counter(
    "leleka_web_requests",
    "Requests this process answered, by route, method and status.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
