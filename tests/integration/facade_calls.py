"""How each function of the facade is called in a test of permissions, and what it needs.

What it is about either does not exist or cannot reach the network, so that whoever may call it gets another problem
than ``Forbidden``, or none.
"""

from collections.abc import Mapping
from typing import Final

from leleka.core.clock import SystemClock
from leleka.core.ports.connector import Wanted
from leleka.core.ports.examination import Fit
from leleka.core.refresh_graph import StepKind
from leleka.core.statuses import TaskStatus
from leleka.services.access import permissions
from leleka.services.access.permissions import Permission
from leleka.services.audit import queries as audit_queries
from leleka.services.audit import refusals, verification
from leleka.services.backups import commands as backup_commands
from leleka.services.concerns import queries as concern_queries
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import connection_test, doctor, key_rotation, live_account
from leleka.services.connections import queries as connection_queries
from leleka.services.definitions import apply as definition_apply
from leleka.services.definitions import queries as definition_queries
from leleka.services.exports import choices as export_choices
from leleka.services.exports import commands as export_commands
from leleka.services.exports import (
    connection_removal,
    field_options,
    plan_limits,
    preview_view,
    reconciliation,
)
from leleka.services.exports import queries as export_queries
from leleka.services.home import charts
from leleka.services.home import queries as home_queries
from leleka.services.measures import choices as measure_choices
from leleka.services.measures import commands as measure_commands
from leleka.services.measures import queries as measure_queries
from leleka.services.notices import queries as notice_queries
from leleka.services.paging import ListQuery
from leleka.services.people import actors, api_tokens, sign_in
from leleka.services.people import commands as people_commands
from leleka.services.people import queries as people_queries
from leleka.services.privacy import commands as privacy_commands
from leleka.services.privacy import queries as privacy_queries
from leleka.services.privacy import suppression
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.runs import commands as run_commands
from leleka.services.runs import idempotency
from leleka.services.runs import queries as run_queries
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.source_connections import queries as source_connection_queries
from leleka.services.status import queries as status_queries
from leleka.services.status import refresh_progress as status_refresh_progress
from leleka.services.system import about
from leleka.services.tasks import commands as task_commands
from leleka.services.tasks import queries as task_queries
from leleka.state.models import Task
from leleka.worker import previews
from leleka.worker.refresh import foreground
from leleka.worker.runs import execution as run_execution
from tests.integration.facade_calls_of_customers import ASKING_ACCOUNTS, EDITING_CUSTOMERS, SEEING_CUSTOMERS
from tests.integration.facade_calls_of_segments import (
    DOWNLOADING_MEMBERS,
    EDITING_RULES,
    SEEING_MEMBERS,
    SEEING_SEGMENTS,
)
from tests.integration.facade_calls_of_sources import CONNECTING_SOURCES, EDITING_SOURCES, SEEING_SOURCES
from tests.integration.facade_places import UNKNOWN, Call, Function, exactly, given
from tests.integration.office import Silent

CLOCK: Final = SystemClock()
FORM: Final = connection_commands.ConnectionForm(name="Other", settings={"host": "demo.api-us1.com"})
PROPOSAL: Final = doctor.Proposal("nothing", "", Fit("1", ""), "example.com", ())
ONES_OWN: Final[Mapping[Function, str]] = {
    permissions.allows: "the check itself",
    task_queries.task: "tasks one asked for",
    notice_queries.unseen: "what one has not seen",
    notice_queries.wants_mail: "one's own mail",
    notice_queries.choose_mail: "one's own mail",
    sign_in.choose_language: "one's own language",
    sign_in.language_of: "one's own language",
    refusals.refused: "what was refused to oneself",
    sign_in.device_of: "one's own browser, right after signing in",
    api_tokens.list_tokens: "one's own tokens",
    api_tokens.make_token: "one's own tokens, with one's own rights",
    api_tokens.remove_token: "one's own tokens",
    people_commands.change_password: "one's own password",
}


_ONE: Final = given(UNKNOWN)
_LIST: Final = given(ListQuery())
_AFTER: Final = given(0, 1)
_NONE: Final = given()
_CLOCK: Final = given(CLOCK)
_EXPORT: Final = exactly(lambda at: (at.export,))
_EXPORTS: Final = exactly(lambda at: ([at.export],))
_RUN: Final = exactly(lambda at: (at.run,))
_ROWS: Final = exactly(lambda at: (at.run, "rejected", 1))

TO_SEE: Final[Mapping[Function, Call]] = {
    about.about: _CLOCK,
    charts.sent_of: _ONE,
    charts.runs_of: _ONE,
    charts.sizes_of: _ONE,
    segment_commands.ask_members: _ONE,
    export_queries.export: _ONE,
    export_queries.exports_after: _AFTER,
    export_queries.find_exports: _LIST,
    export_queries.lines: _EXPORTS,
    export_queries.list_exports: _NONE,
    notice_queries.list_notices: _NONE,
    notice_queries.mark_all_seen: _NONE,
    concern_queries.grouped: _CLOCK,
    concern_queries.list_concerns: _CLOCK,
    home_queries.ended: _NONE,
    home_queries.sizes: _NONE,
    home_queries.standing: _NONE,
    home_queries.upcoming: _CLOCK,
    plan_limits.among: _EXPORTS,
    plan_limits.among_those_of_the_system: _NONE,
    reconciliation.latest: _EXPORT,
    reconciliation.show: _EXPORT,
    preview_view.preview_of: given(
        task_commands.TaskView(1, Task.Kind.COUNT, "", TaskStatus.QUEUED, "", {}, {}, ())
    ),
    refresh_queries.latest: _NONE,
    refresh_queries.show: _ONE,
    foreground.scope_of: given(source="nothing"),
    run_queries.find_runs: _LIST,
    run_queries.list_runs: _NONE,
    run_commands.may_act: _RUN,
    run_queries.rows_of: _ROWS,
    run_queries.rows_page: _ROWS,
    run_queries.show_run: _RUN,
    run_queries.verify_run: _RUN,
    schedule_queries.decided: given(UNKNOWN, 1),
    schedule_queries.decisions: _ONE,
    schedule_queries.following: _NONE,
    schedule_queries.of_export: given(UNKNOWN, CLOCK),
    schedule_queries.of_exports: _EXPORTS,
    schedule_queries.system: _CLOCK,
    schedule_queries.system_decisions: _NONE,
    schedule_queries.upcoming: _NONE,
    privacy_queries.columns: _ONE,
    measure_queries.list_measures: _NONE,
    measure_queries.measure: _ONE,
    measure_queries.measures_after: _AFTER,
    measure_queries.show_measure: given("nothing", CLOCK),
    segment_queries.find_segments: _LIST,
    segment_queries.list_segments: _NONE,
    segment_queries.segment: _ONE,
    segment_queries.segments_after: _AFTER,
    segment_queries.show_segment: given("nothing", CLOCK, 0),
    status_queries.history: given((StepKind.EXPORT, UNKNOWN)),
    status_queries.overview: _NONE,
    status_queries.skipped: _ONE,
    **SEEING_SEGMENTS,
    **SEEING_CUSTOMERS,
    **SEEING_SOURCES,
    status_queries.sources: _NONE,
    status_refresh_progress.details: given(UNKNOWN, 1),
    status_refresh_progress.progress: _ONE,
}
ON_THE_EXPORT: Final[Mapping[Function, Call]] = {
    **ASKING_ACCOUNTS,
    export_commands.add_segment: exactly(lambda at: (at.export, "nothing")),
    run_commands.ask_preview: _EXPORT,
    export_commands.attach: exactly(lambda at: (at.export, "nothing", 1)),
    export_commands.detach: _EXPORTS,
    export_commands.remove: _EXPORTS,
    export_commands.rebuild_ledger: _EXPORT,
    export_commands.rebuild_ledger_named: exactly(lambda at: (at.name,)),
    run_commands.run: _EXPORT,
    export_commands.update: exactly(lambda at: (at.export, {}, 1)),
    previews.preview_export: exactly(lambda at: (at.name, CLOCK, Silent()), refresh=False),
    idempotency.run_once: exactly(lambda at: (at.export, "key")),
    reconciliation.ask: _EXPORT,
    reconciliation.cancel: _EXPORT,
    reconciliation.repair: _EXPORT,
    reconciliation.reconcile: exactly(lambda at: (at.name, CLOCK, print), repair=False),
    run_execution.run_export: exactly(lambda at: (at.name, CLOCK, Silent()), refresh=False),
    run_commands.cancel_run: _RUN,
    schedule_commands.set_exports: exactly(lambda at: ([at.export], "off", CLOCK)),
    schedule_commands.switch_exports: exactly(lambda at: ([at.export], CLOCK), on=True),
}
BY_PERMISSION: Final[Mapping[Permission, Mapping[Function, Call]]] = {
    Permission.SEE: TO_SEE,
    Permission.DOWNLOAD_PERSONAL: {
        run_queries.download_rows: exactly(lambda at: (at.run, "rejected")),
        **DOWNLOADING_MEMBERS,
    },
    Permission.SEE_PERSONAL: SEEING_MEMBERS,
    Permission.EDIT_SOURCES: {
        **EDITING_CUSTOMERS,
        **EDITING_SOURCES,
        refresh_commands.ask: given(f"source:{UNKNOWN}"),
        foreground.refresh_now: given(f"source:{UNKNOWN}", CLOCK, Silent()),
        source_connection_queries.columns: given("nothing", Wanted(table="nothing")),
        source_connection_queries.names: given("nothing"),
        source_connection_queries.offered: _NONE,
    },
    Permission.CLASSIFY: {privacy_commands.classify: given(UNKNOWN, {}, "")},
    Permission.EDIT_SEGMENTS: {
        **EDITING_RULES,
        measure_choices.choices: _NONE,
        measure_commands.create: given("Orders", {"related": "orders", "count": "rows"}),
        measure_commands.remove: _ONE,
        measure_commands.update: given(UNKNOWN, "Orders", {"related": "orders", "count": "rows"}, 1),
        segment_queries.long_form: given({"column": "id"}),
        segment_commands.ask_count: given("tier: gold"),
        segment_commands.ask_refresh: _ONE,
        segment_commands.create: given("Gold", "tier: gold"),
        segment_commands.remove: _ONE,
        segment_commands.update: given(UNKNOWN, "Gold", "tier: gold", 1),
    },
    Permission.EDIT_SHARED_EXPORTS: {
        export_commands.create: given({}),
        export_commands.duplicate: _ONE,
        run_commands.run_all: given([]),
        run_commands.those_of_run_all: _NONE,
    },
    Permission.CHOOSE_CONNECTIONS: {
        live_account.offers: exactly(lambda at: (at.connection, CLOCK)),
        export_choices.choices: _NONE,
        export_choices.offered: given("nothing", CLOCK),
        field_options.strangers: given("nothing", "field:1", "tier", CLOCK),
        export_choices.sum_of: given([], "nothing", 1),
    },
    Permission.CONNECTIONS: {
        connection_test.begin: given(connection_test.Draft({"host": "demo.api-us1.com"}), CLOCK),
        connection_queries.connection: _ONE,
        connection_queries.connections_after: _AFTER,
        connection_queries.find_connections: _LIST,
        connection_queries.kind_of: given("activecampaign"),
        connection_queries.kinds: _NONE,
        doctor.clean_up: given("nothing", CLOCK, print),
        doctor.examine: given(PROPOSAL, CLOCK, print, print),
        doctor.propose: given("nothing", "1", "example.com", CLOCK),
        doctor.show: given("nothing"),
        live_account.check: given("nothing", None, CLOCK),
        live_account.names: _NONE,
        connection_commands.become_export_user: given(UNKNOWN, ""),
        connection_commands.create: given(FORM),
        connection_commands.lend_name: given("nothing", ""),
        connection_commands.update: given(UNKNOWN, 1, FORM),
        connection_removal.remove: given(UNKNOWN, 1),
        **CONNECTING_SOURCES,
        suppression.suppress: given("nothing", "p@x.test"),
    },
    Permission.CONFIRM: {run_commands.confirm_run: _RUN},
    Permission.SYSTEM: {
        definition_queries.written: given(),
        definition_apply.apply: exactly(lambda at: (at.folder / "none.yaml", print)),
        backup_commands.add_suppressed: exactly(lambda at: (at.folder / "none.leleka",)),
        backup_commands.backup: exactly(lambda at: (at.folder / "backup.leleka", CLOCK)),
        backup_commands.restore: exactly(lambda at: (at.folder / "none.leleka", CLOCK)),
        backup_commands.verify: exactly(lambda at: (at.folder / "none.leleka",)),
        notice_queries.channels: _NONE,
        notice_queries.deliveries: _NONE,
        notice_queries.send_test: _CLOCK,
        refresh_commands.cancel: exactly(lambda at: (at.refresh,)),
        key_rotation.rotate: given(forget_old=False),
        schedule_commands.set_system: given({}, 0, CLOCK),
    },
    Permission.PEOPLE: {
        actors.actor_called: given("nobody@example.com"),
        people_commands.add_person: given("", "", ""),
        people_commands.change_role: given(UNKNOWN, "viewer"),
        people_commands.disable: _ONE,
        api_tokens.find_tokens: _LIST,
        api_tokens.list_all_tokens: _NONE,
        api_tokens.revoke_token: _ONE,
        api_tokens.tokens_after: _AFTER,
        people_commands.enable: _ONE,
        people_queries.find_people: _LIST,
        people_commands.first_link: _NONE,
        people_queries.list_people: _NONE,
        people_commands.new_link: _ONE,
        people_queries.people_after: _AFTER,
        people_queries.person: _ONE,
    },
    Permission.AUDIT: dict.fromkeys((audit_queries.read, audit_queries.download, verification.verify), _NONE),
}
OF_THE_OPERATOR: Final[Mapping[Function, Call]] = {
    api_tokens.make_token_for: given("nobody@example.com", "key")
}
