"""How each function of the facade is called in a test of permissions, and what it needs.

What it is about either does not exist or cannot reach the network, so that whoever may call it gets another problem
than ``Forbidden``, or none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leleka.core.chain import StepKind
from leleka.core.clock import SystemClock
from leleka.services import (
    about,
    applying,
    auditing,
    backups,
    charts,
    connection_checks,
    connection_views,
    connections,
    due,
    editing_connections,
    editing_exports,
    editing_segments,
    export_views,
    exports,
    idempotency,
    notice_views,
    overview,
    people,
    permissions,
    plan_limits,
    previews,
    reconciling,
    refreshes,
    refreshing_now,
    removing_connections,
    rotation,
    running,
    runs,
    schedules,
    segments,
    signing_in,
    status,
    status_progress,
    suppression,
    tokens,
)
from leleka.services.listing import Wanted
from leleka.services.permissions import Permission
from leleka.state.models import Task
from tests.integration.office import Silent

CLOCK: Final = SystemClock()
UNKNOWN: Final = 999_999
Function = Callable[..., Any]
Call = Callable[["Places"], tuple[Any, ...]]
FORM: Final = editing_connections.ConnectionForm(name="Other", host="demo.api-us1.com")
ONES_OWN: Final[Mapping[Function, str]] = {
    permissions.allows: "the check itself",
    due.task: "tasks one asked for",
    notice_views.unseen: "what one has not seen",
    notice_views.wants_mail: "one's own mail",
    notice_views.choose_mail: "one's own mail",
    signing_in.choose_language: "one's own language",
    signing_in.language_of: "one's own language",
    tokens.list_tokens: "one's own tokens",
    tokens.make_token: "one's own tokens, with one's own rights",
    tokens.remove_token: "one's own tokens",
}


@dataclass(frozen=True)
class Places:
    """Where a call finds what it is about: an export, a run of it and a refresh of everything."""

    folder: Path
    export: int
    name: str
    connection: str
    run: int
    refresh: int


def given(*values: object, **named: object) -> Call:
    return lambda _: (values, named)


def exactly(values: Callable[[Places], tuple[Any, ...]], **named: object) -> Call:
    return lambda places: (values(places), named)


_ONE: Final = given(UNKNOWN)
_LIST: Final = given(Wanted())
_AFTER: Final = given(0, 1)
_NONE: Final = given()
_CLOCK: Final = given(CLOCK)
_EXPORT: Final = exactly(lambda at: (at.export,))
_EXPORTS: Final = exactly(lambda at: ([at.export],))
_RUN: Final = exactly(lambda at: (at.run,))
_ROWS: Final = exactly(lambda at: (at.run, "rejected", 1))

TO_SEE: Final[Mapping[Function, Call]] = {
    about.about: _CLOCK,
    charts.rate_of: _ONE,
    charts.runs_of: _ONE,
    charts.sizes_of: _ONE,
    editing_segments.ask_members: _ONE,
    export_views.export: _ONE,
    export_views.exports_after: _AFTER,
    export_views.find_exports: _LIST,
    export_views.lines: _EXPORTS,
    export_views.list_exports: _NONE,
    notice_views.list_notices: _NONE,
    notice_views.mark_all_seen: _NONE,
    overview.concerns: _CLOCK,
    overview.ended: _NONE,
    overview.sizes: _NONE,
    overview.standing: _NONE,
    overview.upcoming: _CLOCK,
    plan_limits.among: _EXPORTS,
    plan_limits.among_those_of_the_system: _NONE,
    previews.preview_of: given(due.TaskView(1, Task.Kind.COUNT, "", "", "", {}, {}, ())),
    refreshes.latest: _NONE,
    refreshes.show: _ONE,
    refreshing_now.scope_of: given(source="nothing"),
    runs.find_runs: _LIST,
    runs.list_runs: _NONE,
    runs.may_act: _RUN,
    runs.rows_of: _ROWS,
    runs.rows_page: _ROWS,
    runs.show_run: _RUN,
    runs.verify_run: _RUN,
    schedules.decisions: _ONE,
    schedules.following: _NONE,
    schedules.of_export: given(UNKNOWN, CLOCK),
    schedules.of_exports: _EXPORTS,
    schedules.system: _CLOCK,
    schedules.system_decisions: _NONE,
    schedules.upcoming: _NONE,
    segments.find_segments: _LIST,
    segments.list_segments: _NONE,
    segments.segment: _ONE,
    segments.segments_after: _AFTER,
    segments.show_segment: given("nothing", CLOCK, 0),
    status.history: given((StepKind.EXPORT, UNKNOWN)),
    status.overview: _NONE,
    status.skipped: _ONE,
    status.sources: _NONE,
    status_progress.details: given(UNKNOWN, 1),
    status_progress.progress: _ONE,
}
ON_THE_EXPORT: Final[Mapping[Function, Call]] = {
    editing_exports.add_segment: exactly(lambda at: (at.export, "nothing")),
    editing_exports.ask_preview: _EXPORT,
    editing_exports.attach: exactly(lambda at: (at.export, "nothing", 1)),
    editing_exports.detach: _EXPORTS,
    editing_exports.remove: _EXPORTS,
    editing_exports.run: _EXPORT,
    editing_exports.update: exactly(lambda at: (at.export, {}, 1)),
    exports.preview_export: exactly(lambda at: (at.name, CLOCK, Silent()), refresh=False),
    idempotency.run_once: exactly(lambda at: (at.export, "key")),
    reconciling.reconcile: exactly(lambda at: (at.name, CLOCK, print), repair=False),
    running.run_export: exactly(lambda at: (at.name, CLOCK, Silent()), refresh=False),
    runs.cancel_run: _RUN,
    schedules.set_exports: exactly(lambda at: ([at.export], "off", CLOCK)),
    schedules.switch_exports: exactly(lambda at: ([at.export], CLOCK), on=True),
}
BY_PERMISSION: Final[Mapping[Permission, Mapping[Function, Call]]] = {
    Permission.SEE: TO_SEE,
    Permission.DOWNLOAD_PERSONAL: {runs.download_rows: exactly(lambda at: (at.run, "rejected"))},
    Permission.EDIT_SOURCES: {
        refreshes.ask: given(f"source:{UNKNOWN}"),
        refreshing_now.refresh_now: given(f"source:{UNKNOWN}", CLOCK, Silent()),
    },
    Permission.EDIT_SEGMENTS: {
        editing_segments.ask_count: given("tier: gold"),
        editing_segments.ask_refresh: _ONE,
        editing_segments.create: given("Gold", "tier: gold"),
        editing_segments.remove: _ONE,
        editing_segments.update: given(UNKNOWN, "Gold", "tier: gold", 1),
    },
    Permission.EDIT_SHARED_EXPORTS: {
        editing_exports.create: given({}),
        editing_exports.duplicate: _ONE,
        editing_exports.run_all: given([]),
        editing_exports.those_of_run_all: _NONE,
    },
    Permission.CHOOSE_CONNECTIONS: {
        connections.offers: exactly(lambda at: (at.connection, CLOCK)),
        export_views.choices: _NONE,
        export_views.offered: given("nothing", CLOCK),
        export_views.sum_of: given([], "nothing", 1),
    },
    Permission.CONNECTIONS: {
        connection_checks.begin: given(connection_checks.Draft("demo.api-us1.com"), CLOCK),
        connection_views.connection: _ONE,
        connection_views.connections_after: _AFTER,
        connection_views.find_connections: _LIST,
        connection_views.kinds: _NONE,
        connections.check: given("nothing", None, CLOCK),
        connections.names: _NONE,
        editing_connections.become_export_user: given(UNKNOWN, ""),
        editing_connections.create: given(FORM),
        editing_connections.lend_name: given("nothing", ""),
        editing_connections.update: given(UNKNOWN, 1, FORM),
        removing_connections.remove: given(UNKNOWN, 1),
        suppression.suppress: given("nothing", "p@x.test"),
    },
    Permission.CONFIRM: {runs.confirm_run: _RUN},
    Permission.SYSTEM: {
        applying.apply: exactly(lambda at: (at.folder / "none.yaml", print)),
        backups.backup: exactly(lambda at: (at.folder / "backup.tar.gz", CLOCK)),
        backups.restore: exactly(lambda at: (at.folder / "none.tar.gz",)),
        notice_views.channels: _NONE,
        notice_views.deliveries: _NONE,
        notice_views.send_test: _CLOCK,
        refreshes.cancel: exactly(lambda at: (at.refresh,)),
        rotation.rotate: given(forget_old=False),
        schedules.set_system: given({}, 0, CLOCK),
    },
    Permission.PEOPLE: {
        people.actor_called: given("nobody@example.com"),
        people.add_person: given("", "", ""),
        people.change_role: given(UNKNOWN, "viewer"),
        people.disable: _ONE,
        people.enable: _ONE,
        people.find_people: _LIST,
        people.first_link: _NONE,
        people.list_people: _NONE,
        people.new_link: _ONE,
        people.people_after: _AFTER,
        people.person: _ONE,
    },
    Permission.AUDIT: {auditing.read: _NONE},
}
OF_THE_OPERATOR: Final[Mapping[Function, Call]] = {tokens.make_token_for: given("nobody@example.com", "key")}
