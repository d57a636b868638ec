"""From an installation to the definitions file that describes it.

Secrets are not in it: each is asked for as ``${LELEKA_SECRET_...}``. Nor are consents: what somebody agreed to holds
where they agreed. ``kept`` of a connection says which installation that was; there, everything stays as it is.
"""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

from ruamel.yaml import YAML

from leleka.connectors.registry import spec_of as source_spec_of
from leleka.core.configuration import KeyPlaces
from leleka.destinations.registry import spec_of
from leleka.services.access.actor import Actor
from leleka.services.audit.log import record
from leleka.services.connections.keys import reference_of
from leleka.services.connections.open_destination import settings_of
from leleka.services.customers import indexing
from leleka.services.definitions.kept import proof_of, proof_of_source
from leleka.services.definitions.segments import written_segment
from leleka.services.exports.form import data_of
from leleka.services.exports.schedule_setting import written
from leleka.services.quality import records
from leleka.services.source_connections import keys as source_keys
from leleka.services.source_connections.settings import plain_of
from leleka.state.models import (
    Connection,
    Export,
    Measure,
    ProfileList,
    RelationshipRow,
    Segment,
    Source,
    SourceConnection,
    SystemSchedule,
)

_PLAIN: Final = re.compile(r"[^A-Z0-9]+")
_WIDE: Final = 110  # characters of a line
_HEAD: Final = """\
# Written by leleka definitions. Applied here it changes nothing but who manages these objects. Applied to another
# installation it asks for keys and consents anew, and exports start inactive until `kept` is removed from connections.
"""


def write(actor: Actor, lists: Mapping[str, str]) -> str:
    """Return the definitions of everything there is, as YAML; ``lists`` are the files of the lists' entries by name,
    where they are written, too.
    """
    parts = {
        "source_connections": [_source_connection(row) for row in SourceConnection.objects.order_by("name")],
        "sources": [_source(row) for row in Source.objects.order_by("name")],
        "relationships": [_relationship(row) for row in RelationshipRow.objects.order_by("name")],
        "measures": [{"name": row.name, **row.definition} for row in Measure.objects.order_by("name")],
        "lists": [_list(row, lists.get(row.name, "")) for row in ProfileList.objects.order_by("name")],
        "segments": [written_segment(row) for row in Segment.objects.order_by("name")],
        "connections": [_connection(row) for row in _connections()],
        "exports": [_export(row) for row in _exports()],
    }
    found: dict[str, Any] = {name: part for name, part in parts.items() if part}
    schedule = SystemSchedule.objects.filter(pk=1).first()
    if schedule is not None:
        found["system_schedule"] = schedule.schedule if schedule.on else "off"
    record(actor, "definitions written", "everything", {name: len(part) for name, part in parts.items()})
    text = io.StringIO(_HEAD)
    text.seek(0, io.SEEK_END)
    yaml = YAML()  # of plain values: in blocks, in the order in which they stand here
    yaml.width = _WIDE
    yaml.dump(found, text)
    return text.getvalue()


def variable_of(connection: str, setting: str) -> str:
    """Return the variable that a secret is asked for by."""
    plain = _PLAIN.sub("_", f"{connection} {setting}".upper()).strip("_")
    return f"{KeyPlaces.PREFIX}{plain}"


def _source_connection(row: SourceConnection) -> dict[str, Any]:
    stored = set(row.secrets.values_list("name", flat=True))
    places = {name: source_keys.reference_of(row, name) for name in source_spec_of(row.type).secrets}
    secrets = {
        name: place or f"${{{variable_of(row.name, name)}}}"
        for name, place in places.items()
        if place or name in stored
    }
    shared = {"shared_with_contributors": list(row.shared_with), "kept": proof_of_source(row)}
    return _said({"name": row.name, "type": row.type, **plain_of(row), **secrets, **shared})


def _source(row: Source) -> dict[str, Any]:
    told = {"name": row.name, **row.spec, "classes": {**row.chosen_classes, **row.classes}}
    expected = {"profiles": row.is_profiles, "expectations": records.of(row).expectations}
    searched = {"searched": indexing.settings().columns} if row.is_profiles else {}
    return _said({**told, **searched, **expected})


def _list(row: ProfileList, file: str) -> dict[str, Any]:
    """Entries are personal data, and no part of a file that is shown around and kept for good."""
    return _said({"name": row.name, "file": file, "column": row.column})


def _relationship(row: RelationshipRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "from": {"source": row.table, "column": row.column},
        "to": {"source": row.to_table, "column": row.to_column},
    }


def _connections() -> list[Connection]:
    return list(Connection.objects.select_related("account").order_by("name"))


def _connection(row: Connection) -> dict[str, Any]:
    spec = spec_of(row.type)
    secrets = {
        name: reference_of(row, name) or f"${{{variable_of(row.name, name)}}}"
        for name in spec.secrets
        if reference_of(row, name) or row.secrets.filter(name=name).exists()
    }
    return _said(
        {
            "name": row.name,
            "type": row.type,
            **settings_of(row),
            **secrets,
            "shared_with": row.audience,
            "share_of_limits": row.share,
            "kept": proof_of(row),
        }
    )


def _exports() -> list[Export]:
    return list(Export.objects.select_related("connection").prefetch_related("segments").order_by("name"))


def _export(row: Export) -> dict[str, Any]:
    growth = {"growth": row.growth if row.growth["ask"] else "off"}
    told = _said({**data_of(row), **growth, "schedule": written(row)})
    return told if row.connection else {**told, "connection": ""}


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: a file says nothing of it."""
    return {name: value for name, value in told.items() if value not in (None, "", [], {}, False)}
