"""One read model an object: what the services tell of it, the API says, and nothing else. The terminal prints the read
model as it is.
"""

from dataclasses import fields
from typing import Any

import pytest
from ninja import Schema

from leleka.api import audit, notices, people, refreshes, runs, segments, system, tasks
from leleka.api.data import relationships as api_relationships
from leleka.api.data import sources as api_sources
from leleka.api.data import uploads as api_uploads
from leleka.api.schemas import connections as schema_connections
from leleka.api.schemas import exports as schema_exports
from leleka.api.schemas import people as schema_people
from leleka.api.schemas import schedules as schema_schedules
from leleka.core.plan import Counts
from leleka.services.audit.queries import EntryView
from leleka.services.audit.verification import ChainView
from leleka.services.connections import queries as connection_queries
from leleka.services.contracts import ExportSummary
from leleka.services.notices import queries as notice_queries
from leleka.services.people import api_tokens
from leleka.services.people.queries import PersonView
from leleka.services.refresh.contracts import RefreshView, StepView
from leleka.services.relationships.contracts import RelationshipView
from leleka.services.runs.contracts import Progress, RowView, RunView
from leleka.services.schedules import queries as schedule_queries
from leleka.services.segments.contracts import SegmentView
from leleka.services.sources import contracts as source_contracts
from leleka.services.status import lines as status_lines
from leleka.services.status import queries as status_queries
from leleka.services.tasks import commands as task_commands
from leleka.services.uploads.contracts import UploadView

SAID_AS = (
    (EntryView, audit.EntryOut),
    (ChainView, audit.ChainOut),
    (connection_queries.ConnectionView, schema_connections.ConnectionOut),
    (connection_queries.UsedBy, schema_connections.UsedByOut),
    (ExportSummary, schema_exports.ExportLineOut),
    (api_tokens.TokenView, schema_people.TokenOut),
    (notice_queries.NoticeView, notices.NoticeOut),
    (PersonView, people.PersonOut),
    (RefreshView, refreshes.RefreshOut),
    (StepView, refreshes.StepOut),
    (Counts, runs.CountsOut),
    (Progress, runs.ProgressOut),
    (RowView, runs.RowOut),
    (RunView, runs.RunOut),
    (schedule_queries.DecisionView, schema_schedules.DecisionOut),
    (schedule_queries.ExportScheduleView, schema_schedules.ExportScheduleOut),
    (schedule_queries.SystemScheduleView, schema_schedules.SystemScheduleOut),
    (SegmentView, segments.SegmentOut),
    (source_contracts.SourceView, api_sources.SourceOut),
    (source_contracts.SourceUse, api_sources.SourceUseOut),
    (source_contracts.TableView, api_sources.TableOut),
    (source_contracts.TableColumn, api_sources.TableColumnOut),
    (source_contracts.ReadingView, api_sources.ReadingOut),
    (source_contracts.ValueCount, api_sources.ValueOut),
    (RelationshipView, api_relationships.RelationshipOut),
    (UploadView, api_uploads.UploadOut),
    (status_queries.Group, system.GroupOut),
    (status_lines.StepLine, system.TaskLineOut),
    (task_commands.TaskView, tasks.TaskOut),
)
# What a kind of destination declares is flat in the API: each setting, and what is known of each secret.
DECLARED = {
    connection_queries.ConnectionView: ({"settings", "secrets"}, {"has_key", "key_hint", "key_reference"})
}
COMPUTED = {task_commands.TaskView: {"done"}}  # properties that the API says, too


@pytest.mark.parametrize(("view", "schema"), SAID_AS, ids=lambda one: one.__name__)
def test_the_api_says_what_the_read_model_has(view: type[Any], schema: type[Schema]) -> None:
    told = {one.name for one in fields(view)} | COMPUTED.get(view, set())
    nested, flat = DECLARED.get(view, (set(), set()))
    assert nested <= told
    assert set(schema.model_fields) == told - nested | flat
