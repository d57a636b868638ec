"""Asks the engine for the sets of profiles that parts of rules fit: within the bounds of a page, each part once.

A part that goes by large tables is asked of a sample first. The sample lies in files of this process and goes with it.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from leleka.core.clock import current_clock
from leleka.core.columns import Catalogue
from leleka.core.messages import Message
from leleka.core.rules.model import (
    Condition,
    Hop,
    InSegment,
    Related,
    Rule,
    columns_used,
    lists_used,
    segments_used,
    walk,
)
from leleka.core.rules.operators import RANKS
from leleka.errors import Conflict
from leleka.services.builder.sets import Found, SetCache
from leleka.services.installation import lake_sessions
from leleka.services.installation.configuration import configuration
from leleka.services.installation.local_day import today
from leleka.services.segments.evaluation import Beside, Evaluation, basis_of, files_of, measures_used
from leleka.services.sources import catalogue
from leleka.state.models import Source
from leleka.warehouse import live_counts
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.live_counts import Ground
from leleka.warehouse.sql.scope import ProfileSets

SAMPLE: Final = 50_000  # profiles: 5 of 100 are then known to within 4 of 100
LARGE: Final = 1_000_000  # rows of the tables that a part goes by, from which it is asked of the sample first
_KEPT: Final = 8_000_000  # bytes of sets: 64 of a million profiles
_SAMPLES: Final = 2  # snapshots of which samples are kept

_ASIDE: Final[dict[str, str]] = {}  # the members of segments that nobody has counted since something changed
_SETS: Final = SetCache(_KEPT)


@dataclass(slots=True)
class _Sample:
    """The files of a sample: the profiles, and of each relationship the rows that belong to them."""

    folder: tempfile.TemporaryDirectory[str]
    bits: int = 0
    lock: Lock = field(default_factory=Lock)

    def file(self, name: str) -> Path:
        return Path(self.folder.name) / f"{hashlib.sha256(name.encode()).hexdigest()}.parquet"


class _Samples:
    """The samples of this process, the newest last."""

    def __init__(self) -> None:
        self._found: dict[str, _Sample] = {}
        self._lock = Lock()

    def of(self, profiles: str) -> _Sample:
        with self._lock:
            sample = self._found.pop(profiles, None)
            if sample is None or not Path(sample.folder.name).is_dir():  # what is a day old is cleared away
                spill = configuration().spill_dir
                spill.mkdir(parents=True, exist_ok=True, mode=0o700)
                sample = _Sample(tempfile.TemporaryDirectory(prefix="sample-", dir=spill))
            self._found[profiles] = sample
            while len(self._found) > _SAMPLES:
                self._found.pop(next(iter(self._found)))
            return sample


_SAMPLED: Final = _Samples()


class Asking:
    """One question: how many profiles there are, and which of them a part of the rules fits."""

    def __init__(
        self, known: Catalogue, place: tuple[Mapping[str, str], date], opened: Callable[[], Engine]
    ) -> None:
        files, day = place
        self._opened, self._beside = opened, Beside()
        self.ground = Ground(known, files, day)
        self._profiles_file = files[known.profiles]
        self._rows = dict(Source.objects.values_list("name", "rows"))
        self.profiles = self._set(f"all {self._profiles_file}", None, self.ground).bit_count()
        self.sample = 0  # the profiles that were looked at, where any part was not asked of all

    @property
    def session(self) -> Engine:
        """Return the engine, opened."""
        return self._opened()

    def bring_measures(self, rules: Iterable[Rule]) -> None:
        """Have the measures and lists that rules ask for up to date, as whoever counts them in the background has, and
        the members of segments beside what is stored of them: who looks changes no segment.
        """
        known, evaluation = self.ground.catalogue, None
        for rule in rules:
            if not (measures_used(rule, known) or segments_used(rule) or lists_used(rule)):
                continue
            evaluation = evaluation or Evaluation(
                self._opened(), current_clock(), _nobody, aside=_ASIDE, known=known, files=self.ground.tables
            )
            self._beside |= evaluation.bring(rule, "rules")
        measures, sets = files_of(self._beside)
        self.ground = replace(self.ground, measures=measures, sets=sets)

    def fitting(self, rule: Rule, *, exact: bool) -> Found:
        """Return the profiles that a part of the rules fits; of large tables those of the sample, unless ``exact``."""
        key = self._key(rule)
        known = _SETS.get(key)
        if known is not None:
            return Found(known, exact=True)
        if exact or not self._is_large(rule):
            return Found(self._set(key, rule, self.ground), exact=True)
        return Found(self._sampled(key, rule), exact=False)

    def members(self, name: str, snapshot: str) -> int:
        """Return the members of a segment that are stored, whether they are those of now or not."""
        files = lake_sessions.lake().open(snapshot).files
        ground = replace(self.ground, sets=ProfileSets({name: files}, {}))
        return self._set(f"members {snapshot}", InSegment(name), ground)

    def _key(self, rule: Rule) -> str:
        known = self.ground.catalogue
        return basis_of(rule, known, self.ground.tables, self.ground.today, self._beside.of(rule, known))

    def _set(self, key: str, rule: Rule | None, ground: Ground) -> int:
        found = _SETS.get(key)
        if found is None:
            found = live_counts.fitting(self._opened(), ground, rule)
            _SETS.put(key, found)
        return found

    def _is_large(self, rule: Rule) -> bool:
        hops = _hops(rule)
        tables = [hop.table for hop in hops]
        rows = sum(self._rows.get(table, 0) for table in tables)
        # A table that is come to twice, and the profiles as related rows, would each have to be there in two sizes.
        apart = len(set(tables)) == len(tables) and self.ground.catalogue.profiles not in tables
        apart = apart and not any(_is_rank(part) for part in walk(rule))  # among all rows, not among some
        return rows > LARGE and apart and self.profiles > SAMPLE

    def _sampled(self, key: str, rule: Rule) -> int:
        sample = _SAMPLED.of(self._profiles_file)
        with sample.lock:
            ground = self._sample_ground(sample, rule)
            if not sample.bits:
                sample.bits = live_counts.fitting(self._opened(), ground)
        self.sample = sample.bits
        return self._set(f"sample {sample.folder.name} {key}", rule, ground)

    def _sample_ground(self, sample: _Sample, rule: Rule) -> Ground:
        """Have the files at hand in which the profiles, and the first table that a part comes to, are sampled."""
        known = self.ground.catalogue
        profiles = sample.file(known.profiles)
        if not profiles.exists():
            live_counts.write_sample(self._opened(), self.ground, str(profiles), SAMPLE, self.profiles)
        tables = {**self.ground.tables, known.profiles: str(profiles)}
        hop = _hops(rule)[0]
        related = sample.file(f"{hop} {self.ground.tables[hop.table]}")  # with the columns that match
        if not related.exists():
            live_counts.write_related(self._opened(), self.ground, hop, str(profiles), str(related))
        return replace(self.ground, tables={**tables, hop.table: str(related)}, sampled=True)

    def found(
        self, key: str, names: Sequence[str], find: Callable[[Engine, Ground], Sequence[int]]
    ) -> Sequence[int]:
        """Return sets that are kept together, or find them: what is known of profiles beside rules."""
        kept = [_SETS.get(f"{key} {name}") for name in names]
        known = [one for one in kept if one is not None]
        if len(known) == len(names):
            return known
        found = find(self._opened(), self.ground)
        for name, one in zip(names, found, strict=True):
            _SETS.put(f"{key} {name}", one)
        return found

    def engine(self) -> Engine:
        """Return the engine of this question."""
        return self._opened()

    def rows_at(self, places: list[int], columns: list[str]) -> list[tuple[object, ...]]:
        return live_counts.rows_at(self._opened(), self.ground, places, columns)


@contextmanager
def asking(
    known: Catalogue, *, exact: bool, session: Callable[[], AbstractContextManager[Engine]] | None = None
) -> Iterator[Asking]:
    """Begin a question; the engine is opened when it is needed: in the web process a small one, unless ``session``
    opens another. Raises ``Conflict``, ``Unavailable``.
    """
    files = catalogue.snapshot_files()
    if known.profiles not in files:
        raise Conflict("SOURCE_NOT_READ", name=known.profiles)
    with ExitStack() as stack:
        engines: list[Engine] = []

        def opened() -> Engine:
            if not engines:
                begin = session or partial(lake_sessions.counting_session, exact=exact)
                engines.append(stack.enter_context(begin()))
            return engines[0]

        yield Asking(known, (files, today(current_clock())), opened)


def compared_columns(rule: Rule, known: Catalogue) -> list[str]:
    """Return the columns of profiles that rules ask for, and the key."""
    used = {name for table, name in columns_used(rule) if table == known.profiles}
    key = known.profile_table.primary_key
    return [one.name for one in known.profile_table.columns if one.name in used or one.name == key]


def _hops(rule: Rule) -> list[Hop]:
    return [step.hop for part in walk(rule) if isinstance(part, Related) for step in part.path]


def _is_rank(rule: Rule) -> bool:
    return isinstance(rule, Condition) and rule.comparison.operator in RANKS


def _nobody(_: Message) -> None:
    """Nobody looks on."""
