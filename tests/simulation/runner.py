"""Runs worlds and reports what broke."""

import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - the class, for seeded generators
from time import perf_counter

from tests.simulation.seeds import PLAIN
from tests.simulation.weather import draw
from tests.simulation.world import World


@dataclass
class Campaign:
    layer: str
    seeds: int = 0
    crashes: int = 0
    pauses: int = 0
    errors: int = 0
    runs: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        per_second = self.seeds / self.seconds if self.seconds else 0.0
        return (
            f"{self.layer}: {self.seeds} seeds, {self.runs} runs, {self.crashes} crashes, {self.pauses} pauses, "
            f"{self.errors} errors of the database, "
            f"{len(self.violations)} violations, {per_second:.0f} seeds/s"
        )


def live(layer: str, seed: int) -> tuple[World, str]:
    """Run the world of a seed; return what broke, with the command that repeats it."""
    chance = Random(seed)
    fate = None if seed in PLAIN[layer] else Random(f"fate {seed}")
    if layer == "l0":
        return _live(World(draw(chance, fate), chance, fate), layer, seed)
    from tests.simulation.database import django_world, premises  # noqa: PLC0415 - needs a database

    with premises() as tap:
        return _live(django_world(chance, fate, tap), layer, seed)


def _live(world: World, layer: str, seed: int) -> tuple[World, str]:
    try:
        world.live()
    except Exception as broken:  # noqa: BLE001 - whatever a world dies of is what was looked for
        kind = "" if type(broken).__name__ == "Violation" else f"{type(broken).__name__}: "
        again = f"python -m tests.simulation --layer {layer} --first-seed {seed} --seeds 1"
        return world, f"SEED={seed} LAYER={layer} {again}  # {kind}{broken}"
    return world, ""


def campaign(
    layer: str, seeds: Iterable[int], *, until_first: bool = False, tell: Callable[[str], None]
) -> Campaign:
    result = Campaign(layer)
    began = perf_counter()
    for seed in seeds:
        world, broken = live(layer, seed)
        result.seeds += 1
        result.crashes += world.stats.crashes
        result.pauses += world.stats.pauses
        result.errors += world.stats.errors
        result.runs += world.stats.runs
        if broken:
            result.violations.append(broken)
            tell(broken)
            if until_first:
                break
    result.seconds = perf_counter() - began
    return result


def prepare() -> None:
    """Make Django and a database in memory ready, where no test runner has done it.

    The tables are made as the models say: the way to them through the migrations is the tests' of installations.
    """
    home = tempfile.mkdtemp(prefix="leleka-simulation-")
    os.environ |= {"LELEKA_DATA_DIR": f"{home}/data", "LELEKA_MASTER_KEY_FILE": f"{home}/keys/master.key"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - settings are read when it is set up
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    django.setup()
    connection.settings_dict["NAME"] = ":memory:"
    settings.MIGRATION_MODULES = dict.fromkeys(("contenttypes", "sessions", "state"))
    call_command("migrate", run_syncdb=True, verbosity=0)
