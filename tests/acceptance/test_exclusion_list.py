"""The exclusion list, from the account to the terminal: a worker carries the run out, as an installation does."""

import json
from urllib.request import urlopen

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import write_people
from tests.acceptance.test_workers import workers

PEOPLE = 600


def control(installation: Installation, path: str, **body: object) -> None:
    url = f"http://{installation.sandbox}/_sandbox/{path}"
    urlopen(url, json.dumps(body).encode(), timeout=60).close()


@pytest.mark.slow
def test_a_worker_leaves_out_whom_the_account_excludes(installation: Installation) -> None:
    people = write_people(installation, PEOPLE)
    control(installation, "exclude", kind="exact", pattern="person7@example.com")
    control(installation, "exclude", kind="begins", pattern="person59", channel="several", lists=[1])
    excluded = {address for address in people if address.startswith("person59")} | {"person7@example.com"}
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    with workers(installation, 1):
        report = installation.json("export", "run", "Everybody")
    assert report["counts"]["excluded"] == {"ON_EXCLUSION_LIST": len(excluded)}
    assert report["counts"]["delivered"] == PEOPLE - len(excluded)
    assert installation.listed().keys() == people.keys() - excluded
    assert installation.state()["violations"] == []
    shown = installation.leleka("run", "show", str(report["id"]))
    assert "on ActiveCampaign's exclusion list" in " ".join(shown.split())
    where = "GET /api/3/lists/exclusions"
    installation.behave(faults=[{"kind": "not_found_html", "where": where}])
    assert "exclusion list was not read" in " ".join(
        installation.leleka("export", "preview", "Everybody").split()
    )
