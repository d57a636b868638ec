"""Every key that the source names is worded, with the parameters given there, and no sentence stands there."""

import ast
import re
from collections import defaultdict
from functools import cache

from leleka.connectors import registry as kinds_of_source
from leleka.destinations.registry import specs
from leleka.messages.problems import GENERAL, KNOWN, parameters_of
from leleka.messages.progress import PROGRESS
from leleka.messages.templates import parameters
from leleka.messages.wording import Wording
from tests.unit.messages.sites import CARRIERS, ERRORS, KEY, Site, name_of, named, sites, trees

_SENTENCE = re.compile(r"\w+ \w+.*[.?!]")


def needed(wording: Wording) -> set[str]:
    """Return what must be given: all but what only a hint says."""
    return parameters(wording.problem) | parameters(wording.remedy)


@cache
def found_sites() -> list[Site]:
    assert specs()  # their words are registered with them
    assert kinds_of_source.specs()
    found = list(sites(CARRIERS))
    assert len(found) > 250
    return found


def test_every_key_that_is_raised_is_worded() -> None:
    assert [(one.place, *(one.keys - KNOWN.keys())) for one in found_sites() if one.keys - KNOWN.keys()] == []


def test_every_key_that_is_worded_is_raised() -> None:
    assert specs()
    kept = {key for key in KNOWN if not key.endswith(GENERAL)}
    assert sorted(kept - named()) == []


def test_every_site_gives_what_the_wording_says_and_nothing_else() -> None:
    wrong = []
    for site in found_sites():
        for key in site.keys & KNOWN.keys():
            all_of_it = parameters_of(KNOWN[key])
            if site.given - all_of_it or (site.whole and needed(KNOWN[key]) - site.given):
                wrong.append((site.place, key, sorted(site.given), sorted(all_of_it)))
    assert wrong == []


def test_every_parameter_of_a_wording_is_given_somewhere() -> None:
    given: dict[str, set[str]] = defaultdict(set)
    unseen = set()
    for site in found_sites():
        for key in site.keys:
            given[key] |= site.given
            unseen |= {key} if not site.whole else set()
    wanting = {
        key: parameters_of(KNOWN[key]) - names
        for key, names in given.items()
        if key in KNOWN and key not in unseen
    }
    assert {key: names for key, names in wanting.items() if names} == {}


def test_everything_said_while_work_goes_on_is_worded_with_its_parameters() -> None:
    assert specs()
    found = list(sites({"Message"}))
    assert len(found) > 20
    wrong = [
        (one.place, code)
        for one in found
        for code in one.keys
        if code not in PROGRESS or parameters(PROGRESS[code]) != one.given
    ]
    assert wrong == []


def test_no_sentence_stands_where_an_error_is_raised() -> None:
    wrong = []
    for place, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or name_of(call) not in {*ERRORS, "Problem"}:
                continue
            first = call.args[0] if call.args else None
            written = isinstance(first, ast.Constant) and first.value and not KEY.fullmatch(str(first.value))
            if written or isinstance(first, ast.JoinedStr):
                wrong.append((place, call.lineno))
            given = (one.value for one in call.keywords if one.arg != "where")
            said = (one.value for value in (*call.args[1:], *given) for one in ast.walk(value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str))  # fmt: skip
            wrong += [(place, call.lineno) for text in said if _SENTENCE.fullmatch(text)]
    assert wrong == []
