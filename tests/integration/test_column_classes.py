"""What columns contain is guessed, declared in a file or said by people, and viewers see by it (U-1)."""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, InvalidInput
from leleka.services.access.actor import Role
from leleka.services.definitions.changes import Did
from leleka.services.privacy import commands as privacy_commands
from leleka.services.privacy import queries as privacy_queries
from leleka.services.segments import queries as segment_queries
from leleka.state.models import AuditEntry, Segment, Source
from leleka.warehouse.readers.csv_dialect import MOST_COLUMNS
from tests.integration.api import program
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import somebody

CLOCK = SystemClock()
DECLARED = DEFINITIONS.replace("    types:", "    classes: {tier: harmless, city: text}\n    types:")


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(6)
    office.apply()
    return office


def classes() -> dict[str, tuple[str, bool]]:
    shown = privacy_queries.columns(ALICE, Source.objects.get().pk).columns
    return {one.name: (one.column_class.value, one.declared) for one in shown}


def seen_by_a_viewer() -> dict[str, object]:
    found = segment_queries.first_members("Gold", CLOCK, masked=True)
    return dict(zip(found["columns"], found["members"][0], strict=True))


@pytest.mark.usefixtures("shop")
def test_a_guess_makes_nothing_visible_until_somebody_looked() -> None:
    assert classes() == {
        "id": ("identifier", False), "email": ("contact", False), "first_name": ("identifier", False),
        "city": ("harmless", False), "tier": ("harmless", False),
    }  # fmt: skip
    masked = {"id": "***", "email": "p***@x***", "first_name": "І***", "city": "***", "tier": "***"}
    assert seen_by_a_viewer() == masked
    bob = program("bob", Role.CONTRIBUTOR)
    path = f"/sources/{Source.objects.get().pk}/columns"
    known = bob.get(path)
    told = {"classes": {"tier": "harmless", "id": "harmless"}, "version": known["version"]}
    assert bob.told("PUT", path, told)["columns"][4]["declared"] is True
    assert seen_by_a_viewer() == {**masked, "id": "1", "tier": "gold"}
    viewer = program("charlie", Role.VIEWER)
    assert viewer.get(f"/segments/{Segment.objects.get().pk}")["rules"] == {
        "column": "tier",
        "operator": "is",
        "value": "gold",
    }
    entry = AuditEntry.objects.get(action="columns classified")
    assert entry.details["before"] == {"id": "", "tier": ""}


def test_a_file_declares_classes_and_nothing_is_read_again_for_them(shop: Office) -> None:
    row = Source.objects.get()
    privacy_commands.classify(
        ALICE, row.pk, {"email": "contact", "city": "harmless"}, privacy_queries.version_of(row)
    )
    done = {one.name: (one.did, one.fields) for one in shop.apply(DECLARED)}
    assert done["customers"] == (Did.CHANGED, ("classes",))
    assert Source.objects.get().snapshot == row.snapshot
    assert classes()["city"] == ("text", True), "the file's word comes before what people said"
    assert classes()["email"] == ("contact", True), "of which the file is silent"
    row = Source.objects.get()
    with pytest.raises(InvalidInput) as refused:
        privacy_commands.classify(
            ALICE,
            row.pk,
            {"city": "harmless", "tier": "nothing", "x": "text"},
            privacy_queries.version_of(row),
        )
    assert {one.code for one in refused.value.problems} == {"COLUMN_CLASS_DECLARED", "SOURCE_UNKNOWN_COLUMN"}
    with pytest.raises(InvalidInput, match="SOURCE_UNKNOWN_COLUMN"):
        shop.apply(DECLARED.replace("city: text", "town: text"))


@pytest.mark.usefixtures("shop")
def test_as_many_columns_as_a_file_may_have_are_classified_in_the_browser() -> None:
    bob = somebody("bob", Role.CONTRIBUTOR).browser
    Source.objects.update(columns=[[f"c{number}", "text"] for number in range(MOST_COLUMNS)])
    wide = Source.objects.get()
    typed = {f"class-{place}": "text" for place in range(MOST_COLUMNS)}
    sent = {**typed, "version": privacy_queries.version_of(wide), "csrfmiddlewaretoken": "x" * 64}
    assert bob.post(f"/data/sources/{wide.pk}/columns", sent).status_code == 303
    assert len(Source.objects.get().chosen_classes) == MOST_COLUMNS


@pytest.mark.usefixtures("shop")
def test_names_that_may_be_a_person_s_are_not_shown_to_viewers() -> None:
    bob, charlie = program("bob", Role.CONTRIBUTOR), program("charlie", Role.VIEWER)
    row = Source.objects.get()
    path = f"/sources/{row.pk}/columns"
    Source.objects.update(columns=[[name, "text"] for name in ("Jane", "Doe", "1987-03-21")])
    assert [one["name"] for one in bob.get(path)["columns"]] == ["Jane", "Doe", "1987-03-21"]
    assert [one["name"] for one in charlie.get(path)["columns"]] == ["***"] * 3
    Source.objects.update(columns=[["id", "text"], ["born", "date"]])
    assert [one["name"] for one in charlie.get(path)["columns"]] == ["id", "born"]


@pytest.mark.usefixtures("shop")
def test_the_pane_of_a_source_shows_and_takes_classes() -> None:
    bob, charlie = somebody("bob", Role.CONTRIBUTOR).browser, somebody("charlie", Role.VIEWER).browser
    page = f"/data/sources/{Source.objects.get().pk}"
    pane = bob.get(f"{page}/classes").content.decode()
    assert "Nobody has looked at 5 columns yet." in pane
    assert "disabled" in charlie.get(f"{page}/classes").content.decode()
    version = privacy_queries.version_of(Source.objects.get())
    typed = {"version": version, "class-0": "identifier", "class-3": "harmless", "class-4": "harmless"}
    assert charlie.post(f"{page}/columns", typed).status_code == 403
    assert bob.post(f"{page}/columns", typed).status_code == 303
    assert [declared for _, declared in classes().values()] == [True, False, False, True, True]
    again = bob.post(f"{page}/columns", typed)
    assert again.status_code == 409
    assert "Somebody else changed" in again.content.decode()
    assert bob.post(f"{page}/columns", {**typed, "class-9": "x"}).status_code == 409


@pytest.mark.usefixtures("shop")
def test_nobody_overwrites_what_somebody_just_said() -> None:
    row = Source.objects.get()
    before = privacy_queries.version_of(row)
    privacy_commands.classify(ALICE, row.pk, {"city": "contact"}, before)
    with pytest.raises(Conflict, match="STALE"):
        privacy_commands.classify(ALICE, row.pk, {"city": "harmless"}, before)
    assert classes()["city"] == ("contact", True)
