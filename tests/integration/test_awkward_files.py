"""Awkward files: each gives its code, its place and its remedy, and the table that was there stays."""

from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.core.messages import Message
from leleka.errors import InvalidInput
from leleka.messages.problems import english
from leleka.services.installation import lake_sessions
from leleka.services.sources.loading import refresh_sources
from leleka.state.models import Source
from leleka.warehouse.readers import archives
from tests.integration.all_sources import all_sources
from tests.integration.awkward import Awkward
from tests.integration.awkward_files import AWKWARD, CSV


def nothing_said(_message: Message) -> None:
    """Nobody listens."""


def refresh() -> None:
    with lake_sessions.session() as session:
        refresh_sources(session, nothing_said, all_sources())


@pytest.fixture
def folder(installation: Configuration) -> Path:
    return installation.source_dirs[0]


def _source(path: Path, **declared: Any) -> Source:
    return Source.objects.create(name="people", spec={"files": [str(path)], **declared})


@pytest.mark.parametrize("one", AWKWARD, ids=[one.wrong for one in AWKWARD])
def test_an_awkward_file_is_refused_and_the_last_table_stays(
    one: Awkward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "ALWAYS_ALLOWED", 1 << 20)
    monkeypatch.setattr(archives, "MOST_TIMES", 2)
    (folder / "good.csv").write_bytes(CSV)
    source = _source(folder / "good.csv")
    refresh()
    good = Source.objects.values().get()
    lake = lake_sessions.lake()
    assert (good["rows"], lake.is_sound(good["snapshot"])) == (2, True)
    (folder / one.name).write_bytes(one.content)
    source.spec = {"files": [str(folder / one.name)], **one.declared}
    source.save(update_fields=["spec"])
    with pytest.raises(InvalidInput) as caught:
        refresh()
    told = english(caught.value.problems[0])
    assert (told.code, told.where) == (one.code, one.where)
    assert one.remedy in told.remedy
    assert Source.objects.values().get() == {**good, "spec": source.spec}
    assert [snapshot.reference for snapshot in lake.all()] == [good["snapshot"]]
    assert not list(lake.leftovers())
