"""A preview as the worker left it in its task."""

from dataclasses import fields

from leleka.core.plan import Counts
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.contracts import NoteView
from leleka.services.exports.contracts import PreviewView
from leleka.services.tasks.commands import TaskView
from leleka.state.models import Task

_FIELDS = frozenset(one.name for one in fields(PreviewView))


def preview_of(actor: Actor, task: TaskView) -> PreviewView | None:
    """Return the result of a finished preview, also of one that an older version stored; None of anything else."""
    require(actor, Permission.SEE)
    if task.kind != Task.Kind.PREVIEW or not task.result:
        return None
    stored = {name: value for name, value in task.result.items() if name in _FIELDS}
    segments = tuple((name, size) for name, size in stored["segments"])
    notes = tuple(NoteView(**note) for note in stored.get("notes", ()))
    view = PreviewView(
        **{**stored, "segments": segments, "counts": Counts(**stored["counts"]), "notes": notes}
    )
    return discreet(actor, view)
