"""One read model an object: what the services tell of it, the API says, and nothing else. The terminal prints the read
model as it is.
"""

from dataclasses import fields
from typing import Any

import pytest
from ninja import Schema

from leleka.api import (
    audit,
    connections,
    export_shapes,
    me,
    notices,
    people,
    refreshes,
    runs,
    schedule_shapes,
    segments,
    system,
    tasks,
)
from leleka.core.planning import Counts
from leleka.services import connection_views, due, notice_views, schedules, status, status_lines, tokens
from leleka.services.audit import EntryView
from leleka.services.contracts import (
    ExportSummary,
    Progress,
    RefreshView,
    RowView,
    RunView,
    SegmentView,
    StepView,
)
from leleka.services.people import PersonView

SAID_AS = (
    (EntryView, audit.EntryOut),
    (connection_views.ConnectionView, connections.ConnectionOut),
    (connection_views.UsedBy, connections.UsedByOut),
    (ExportSummary, export_shapes.ExportLineOut),
    (tokens.TokenView, me.TokenOut),
    (notice_views.NoticeView, notices.NoticeOut),
    (PersonView, people.PersonOut),
    (RefreshView, refreshes.RefreshOut),
    (StepView, refreshes.StepOut),
    (Counts, runs.CountsOut),
    (Progress, runs.ProgressOut),
    (RowView, runs.RowOut),
    (RunView, runs.RunOut),
    (schedules.DecisionView, schedule_shapes.DecisionOut),
    (schedules.ExportScheduleView, schedule_shapes.ExportScheduleOut),
    (schedules.SystemScheduleView, schedule_shapes.SystemScheduleOut),
    (SegmentView, segments.SegmentOut),
    (status.Group, system.GroupOut),
    (status_lines.TaskLine, system.TaskLineOut),
    (due.TaskView, tasks.TaskOut),
)
COMPUTED = {due.TaskView: {"done"}}  # properties that the API says, too


@pytest.mark.parametrize(("view", "schema"), SAID_AS, ids=lambda one: one.__name__)
def test_the_api_says_what_the_read_model_has(view: type[Any], schema: type[Schema]) -> None:
    told = {one.name for one in fields(view)} | COMPUTED.get(view, set())
    assert set(schema.model_fields) == told
