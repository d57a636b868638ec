"""The facade as its callers use it: what web, API and terminal name of the services and of the worker."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

import leleka
from leleka.services import translation
from leleka.services.builder import effects
from leleka.services.connections import consent
from leleka.services.exports import plan_limits
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage, interruption, local_day, preparation
from leleka.services.lists import entries as list_entries
from leleka.services.monitoring import logging as monitoring_logging
from leleka.services.monitoring import readiness, workers
from leleka.services.people import commands as people_commands
from leleka.services.people import sign_in
from leleka.services.schedules import queries as schedule_queries
from leleka.services.segments import rule_texts
from leleka.services.status import queries as status_queries
from leleka.services.uploads import contracts as upload_contracts
from leleka.worker import jobs
from leleka.worker.notices import sweep

ROOT: Final = Path(leleka.__file__).parent
CALLERS: Final = ("web", "api", "cli", "conf")
PACKAGES: Final = ("leleka.services", "leleka.worker")
_WORDS: Final = "words alone: it reads no object of anybody's"
_PROCESS: Final = "how a process starts, before anybody acts"
WITHOUT_ACTOR: Final[Mapping[Callable[..., Any], str]] = {
    consent.consent_text: _WORDS,
    rule_texts.as_text: _WORDS,
    rule_texts.read_text: _WORDS,
    status_queries.key_of: _WORDS,
    translation.concern_title: _WORDS,
    translation.in_this_language: _WORDS,
    translation.particulars: _WORDS,
    translation.rule_in_this_language: _WORDS,
    translation.said_in_this_language: _WORDS,
    translation.stored_in_this_language: _WORDS,
    translation.term: _WORDS,
    translation.terms: _WORDS,
    effects.takes_long: "looks at an error that somebody got",
    list_entries.read_file: "reads a file that somebody gave",
    plan_limits.of_sum: "adds up what sum_of gave to somebody who may see it",
    schedule_queries.home_zone: "a setting that about shows to everybody",
    schedule_queries.preview: "computes instants of what was typed; nothing is read",
    database_outage.told_to_people: _PROCESS,
    database_outage.trouble: _PROCESS,
    interruption.spare_transactions: _PROCESS,
    monitoring_logging.begin: _PROCESS,
    readiness.stopping_file: _PROCESS,
    installation_configuration.configuration: _PROCESS,
    local_day.today: "the day it is in the installation's time zone",
    preparation.exists: _PROCESS,
    preparation.only_worker: _PROCESS,
    preparation.open_existing: _PROCESS,
    preparation.prepare: _PROCESS,
    preparation.refuse_plain_http: _PROCESS,
    upload_contracts.is_large: "a path alone, before anybody is known",
    workers.beats: "numbers, asked by the web process that watches over the workers",
    workers.alive: "a number, asked by the web process that watches over the workers",
    sweep.sweep: "the web process in place of a worker: what the state says is made a notice",
    sweep.deliver: "the web process in place of a worker: notices that are due are sent",
    jobs.carry_out: "the worker: what it carries out was permitted when it was asked for",
    people_commands.accept_link: "whoever holds the secret of a link may use it",
    people_commands.welcome: "whoever holds the secret of a link may use it",
    sign_in.actor_by_id: "says who acts: there is no actor before it",
    sign_in.actor_by_token: "says who acts: there is no actor before it",
    sign_in.device_lasts: "how long a cookie is kept",
    sign_in.keep_no_session_alive: "the session of the request itself",
    sign_in.sign_in: "says who acts: there is no actor before it",
}


def functions() -> Mapping[str, Callable[..., Any]]:
    """Return every function of the facade that a caller names, by its full name."""
    return {name: one for name, one in _named().items() if isinstance(one, FunctionType)}


def classes() -> Mapping[str, type]:
    """Return every class of the facade that a caller names, by its full name."""
    return {name: one for name, one in _named().items() if inspect.isclass(one)}


@cache
def _named() -> dict[str, Any]:
    paths = [path for caller in CALLERS for path in sorted((ROOT / caller).rglob("*.py"))]
    found = [one for path in paths for one in _of_file(ast.parse(path.read_text(encoding="utf-8")))]
    return {
        f"{one.__module__}.{one.__qualname__}": one
        for one in found
        if getattr(one, "__module__", "").startswith(PACKAGES) and hasattr(one, "__qualname__")
    }


def _of_file(tree: ast.Module) -> Iterator[Any]:
    modules: dict[str, ModuleType] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGES):
            for alias in node.names:
                imported = _imported(node.module or "", alias.name)
                if isinstance(imported, ModuleType):
                    modules[alias.asname or alias.name] = imported
                else:
                    yield imported
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            # A local name may hide the module's: what the module does not have is not the module's.
            yield getattr(modules[node.value.id], node.attr, None)


def _imported(module: str, name: str) -> Any:
    found = getattr(importlib.import_module(module), name, None)
    return importlib.import_module(f"{module}.{name}") if found is None else found
