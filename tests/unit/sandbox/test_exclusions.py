"""Exclusions: what `lists/exclusions` tells of them, and whom an import leaves out."""

import pytest

from tests.unit.sandbox.conftest import Sandbox, on_list, parsed

PATH = "/api/3/lists/exclusions"


def excluded(sandbox: Sandbox, pattern: str, kind: str = "exact", **more: object) -> None:
    sandbox.control("exclude", {"kind": kind, "pattern": pattern, **more})


def test_they_are_listed_in_the_documented_words(sandbox: Sandbox) -> None:
    excluded(sandbox, "Eve@Example.com")
    excluded(sandbox, "spam", "begins", channel="allEmail")
    excluded(sandbox, ".test", "ends", channel="several", lists=[2])
    page = sandbox.read(PATH)
    assert page["meta"] == {"total": "3"}
    assert page["exclusions"][0] == {
        "matchPhrase": "eve@example.com",
        "matchType": "exact",
        "channel": "all",
        "hidden": False,
        "lists": [],
        "links": {},
        "id": "1",
    }
    assert [(one["matchType"], one["channel"], one["lists"]) for one in page["exclusions"][1:]] == [
        ("begin", "allEmail", []),
        ("end", "several", ["2"]),
    ]


def test_they_are_paged_filtered_and_ordered(sandbox: Sandbox) -> None:
    for number in range(25):
        excluded(sandbox, f"p{number:02}@example.com")
    excluded(sandbox, "@x.test", "ends", lists=[1, 2])
    assert len(sandbox.read(PATH)["exclusions"]) == 20
    assert [one["id"] for one in sandbox.read(f"{PATH}?limit=100&offset=24")["exclusions"]] == ["25", "26"]
    assert [one["id"] for one in sandbox.read(f"{PATH}?filters[lists][]=2")["exclusions"]] == ["26"]
    assert sandbox.read(f"{PATH}?filters[matchPhrase]=.test")["meta"]["total"] == "1"
    last = sandbox.read(f"{PATH}?orders[matchPhrase]=DESC&limit=1")["exclusions"][0]
    assert last["matchPhrase"] == "p24@example.com"


def test_hidden_ones_may_stay_hidden(sandbox: Sandbox) -> None:
    excluded(sandbox, "complained@example.com", hidden=True)
    assert [one["hidden"] for one in sandbox.read(PATH)["exclusions"]] == [True]
    sandbox.behave(hidden_exclusions_listed=False)
    assert sandbox.read(PATH) == {"exclusions": [], "meta": {"total": "0"}}
    assert sandbox.ask("GET", f"{PATH}/1").status == 404
    assert sandbox.imported(on_list("complained@example.com"))["failure"] == ["complained@example.com"]
    assert sandbox.rules_broken() == {}  # nobody could know
    sandbox.behave(hidden_exclusions_listed=True)
    sandbox.send(on_list("complained@example.com"))
    assert sandbox.rules_broken() == {"excluded_sent": 1}


def test_one_is_read_and_moved_to_other_lists(sandbox: Sandbox) -> None:
    excluded(sandbox, "eve@example.com")
    assert sandbox.read(f"{PATH}/1")["exclusion"]["channel"] == "all"
    moved = sandbox.ask("PUT", f"{PATH}/1", {"channel": "several", "lists": ["2"]})
    assert parsed(moved)["exclusion"]["lists"] == ["2"]
    assert sandbox.ask("PUT", f"{PATH}/1", {"channel": "allSms", "lists": ["2"]}).status == 422
    assert sandbox.ask("PUT", f"{PATH}/9", {"channel": "allSms"}).status == 404


def test_without_the_right_to_view_lists_they_are_not_told(sandbox: Sandbox) -> None:
    sandbox.behave(may_view_lists=False)
    assert sandbox.ask("GET", PATH).status == 403


@pytest.mark.parametrize(
    ("more", "skipped"),
    [
        ({"channel": "all"}, True),
        ({"channel": "allEmail"}, True),
        ({"channel": "allSms"}, False),
        ({"channel": "several", "lists": [1]}, True),
        ({"channel": "several", "lists": [2]}, False),
    ],
)
def test_an_import_leaves_out_whom_an_exclusion_concerns(
    sandbox: Sandbox, more: dict[str, object], *, skipped: bool
) -> None:
    excluded(sandbox, "@example.com", "ends", **more)
    info = sandbox.imported(on_list("a@example.com", 1), on_list("b@ex.test", 1))
    assert info["failure"] == (["a@example.com"] if skipped else [])
    assert sandbox.rules_broken() == ({"excluded_sent": 1} if skipped else {})


def test_a_channel_and_its_lists_must_fit(sandbox: Sandbox) -> None:
    for more in (
        {"channel": "several"},
        {"channel": "allEmail", "lists": [1]},
        {"lists": [77]},
        {"lists": "x"},
    ):
        body = {"kind": "exact", "pattern": "a@b.test", **more}
        assert sandbox.at_once("POST", "/_sandbox/exclude", body).status == 422
