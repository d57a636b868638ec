"""The exclusion list, whatever shape it is told in."""

from itertools import islice

import pytest

from leleka.core.ports.destination import Exclusion, Match
from leleka.destinations.activecampaign import exclusions
from leleka.errors import LelekaError, NeedsAttention, NotFound, TryLater
from tests.unit.destinations.activecampaign.test_response_parsing import Query, Status, account

EVE = Exclusion(Match.EXACT, "eve@example.test")


def row(**other: object) -> dict[str, object]:
    return {"id": "1", "matchPhrase": " Eve@Example.test", "matchType": "exact", "channel": "all", **other}


def read(*rows: object) -> list[Exclusion]:
    def page(query: Query) -> object:
        return {"exclusions": rows if query["offset"] == "0" else []}

    with account(lists_exclusions=page) as (destination, _, _):
        return list(destination.exclusions("7"))


@pytest.mark.parametrize(
    ("other", "concerns"),
    [
        ({}, True),
        ({"channel": "allEmail"}, True),
        ({"channel": "ALLEMAIL", "id": 1}, True),
        ({"channel": "allSms"}, False),
        ({"channel": "several", "lists": ["7"]}, True),
        ({"channel": "several", "lists": [8, 7]}, True),
        ({"channel": "several", "lists": [{"id": "7"}]}, True),
        ({"channel": "several", "lists": ["8"]}, False),
        ({"channel": "several", "lists": []}, False),
        ({"channel": "several"}, False),
        ({"channel": "email", "lists": ["8"]}, False),
        ({"channel": "email", "lists": ["7"]}, True),
        ({"channel": "all", "lists": ["8"]}, True),
        ({"channel": None, "lists": ["8"]}, False),
        ({"channel": None}, True),
        ({"channel": "pigeons"}, True),
        ({"hidden": True}, True),
    ],
)
def test_whom_an_entry_concerns(other: dict[str, object], *, concerns: bool) -> None:
    assert read(row(**other)) == ([EVE] if concerns else [])


@pytest.mark.parametrize(
    ("kind", "match"), [("exact", Match.EXACT), ("begin", Match.BEGINS), ("End ", Match.ENDS)]
)
def test_how_an_entry_matches(kind: str, match: Match) -> None:
    assert read(row(matchType=kind)) == [Exclusion(match, "eve@example.test")]


@pytest.mark.parametrize(
    "other", [{"matchType": "fuzzy"}, {"matchType": None}, {"matchPhrase": " "}, {"matchPhrase": 5}]
)
def test_an_entry_that_is_not_understood_is_counted_and_the_others_hold(other: dict[str, object]) -> None:
    with account(lists_exclusions={"exclusions": [row(id="2", **other), row()]}) as (destination, _, _):
        told = iter(destination.exclusions("7"))
        assert next(told) == EVE
        with pytest.raises(NeedsAttention) as trouble:
            next(told)
    assert trouble.value.problems[0].params == {"count": 1}


def test_every_page_is_read_and_one_that_repeats_is_the_end() -> None:
    rows = [row(id=str(number), matchPhrase=f"p{number}@x.test") for number in range(1, 251)]

    def page(query: Query) -> object:
        first = int(query["offset"])
        return {"exclusions": rows[first : first + 100]}

    with account(lists_exclusions=page) as (destination, _, asked):
        assert len(list(destination.exclusions("7"))) == 250
    assert len(asked) == 4
    with account(lists_exclusions={"exclusions": rows[:100]}) as (destination, _, asked):
        assert len(list(destination.exclusions("7"))) == 100
    assert len(asked) == 2


def test_a_list_without_end_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exclusions, "MOST", 300)

    def page(query: Query) -> object:
        first = int(query["offset"])
        return {
            "exclusions": [
                row(id=first + number + 1, matchPhrase=f"{first + number}") for number in range(100)
            ]
        }

    with account(lists_exclusions=page) as (destination, _, _):
        told = iter(destination.exclusions("7"))
        assert len(list(islice(told, 300))) == 300
        with pytest.raises(NeedsAttention) as trouble:
            next(told)
    assert trouble.value.problems[0].params == {"most": 300}


@pytest.mark.parametrize(
    ("answer", "kind", "key", "asked_times"),
    [
        (Status(404), NotFound, "EXCLUSIONS_UNREADABLE.absent", 1),
        (Status(403), NeedsAttention, "EXCLUSIONS_UNREADABLE.forbidden", 3),
        (Status(500), TryLater, "SERVER_ERROR", 3),
        (Status(301), NeedsAttention, "HOST_REDIRECTS", 1),
        ({"exclusions": "none"}, TryLater, "EXCLUSIONS_UNREADABLE.shape", 1),
        ({"exclusions": [{"matchPhrase": "a@b.test"}]}, TryLater, "EXCLUSIONS_UNREADABLE.shape", 1),
        ({}, TryLater, "EXCLUSIONS_UNREADABLE.shape", 1),
    ],
)
def test_what_keeps_an_account_from_telling(
    answer: object, kind: type[LelekaError], key: str, asked_times: int
) -> None:
    with account(lists_exclusions=answer) as (destination, _, asked), pytest.raises(kind) as trouble:
        list(destination.exclusions("7"))
    assert (trouble.value.problems[0].key, len(asked)) == (key, asked_times)
