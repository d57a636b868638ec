"""Scenarios for plans: profiles, mappings, edits, and possible outcomes of rows."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from tests.fakes import diff_reference as reference

ADDRESSES = (
    "ada@example.test",
    "Боб@example.test",
    "bob@example.test",
    "BOB@example.test",
    "eve+x@example.test",
)
EMAILS = st.sampled_from(
    (*ADDRESSES, *ADDRESSES, "zoe@example.test", None, "", "  ", "no at sign", "a@b.test, c@d.test")
)
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        ("", " ", "\u00a0", "Київ", " Київ\u00a0", "5:a;", "a;city=1:b", "0:;", "'", '"', "x\\y", "👩‍🚀")
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1e\x1f"), max_size=6),
)
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from((float("nan"), float("inf"), 1e40, -0.0, 0.0, 1.5, 0.000001, 123456789.25)),
    st.integers(-4000, 4000).map(lambda whole: whole / 4),
)
ROWS = st.fixed_dictionaries(
    {
        "email": EMAILS,
        "name": TEXTS,
        "city": TEXTS,
        "income": NUMBERS,
        "age": st.none() | st.integers(-(2**63), 2**63 - 1),
        "joined": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "vip": st.none() | st.booleans(),
    }
)
IDENTITIES = ("1", "10", "2", "3", "ключ", "x'y")
COLUMNS = {
    "name": "first_name",
    "city": "field:1",
    "income": "field:2",
    "age": "phone",
    "joined": "field:3",
    "vip": "field:4",
}
LINES = st.lists(st.sampled_from(tuple(COLUMNS)), unique=True, max_size=4).flatmap(
    lambda chosen: st.tuples(
        *(st.builds(Line, st.just(c), st.just(COLUMNS[c]), st.sampled_from(WhenEmpty)) for c in chosen)
    )
)
MATCHINGS = st.builds(
    DataMatching,
    email=st.just("email"),
    lines=LINES,
    tags=st.sampled_from(((), ("a",), ("a", "b"), ("b", "a"))),
)
LEAVERS = st.sampled_from(
    (
        Leavers(),
        Leavers(LeaverPolicy.MARK, "field:9", "yes", "no"),
        Leavers(LeaverPolicy.MARK, "field:9", "yes", "gone"),
        Leavers(LeaverPolicy.UNSUBSCRIBE),
    )
)
VERDICTS = st.sampled_from(
    (
        *[("delivered", "")] * 8,
        ("rejected", "REFUSED_BY_ACTIVECAMPAIGN"),
        ("rejected", "NOT_IMPORTED"),
        ("unconfirmed", "NO_ANSWER"),
        ("not_attempted", "BATCH_FAILED"),
        ("not_attempted", "REFUSED_AS_A_GROUP"),
        ("not_attempted", "RUN_STOPPED"),
    )
)


def beginning(draw: Any) -> reference.Input:
    profiles = dict(zip(IDENTITIES, draw(st.lists(ROWS, min_size=3, max_size=6)), strict=False))
    return reference.Input(profiles, frozenset(IDENTITIES), draw(MATCHINGS), draw(LEAVERS))


def edited(draw: Any, before: reference.Input) -> reference.Input:
    """Change some of everything: rows, who is selected, the mapping, who must not be sent to."""
    changed = draw(st.dictionaries(st.sampled_from(IDENTITIES), ROWS, max_size=2))
    gone = draw(st.sets(st.sampled_from(IDENTITIES), max_size=1))
    profiles = {k: v for k, v in {**before.profiles, **changed}.items() if k not in gone}
    keys = st.sampled_from(("ada@example.test", "bob@example.test", "eve+x@example.test"))
    return replace(
        before,
        profiles=profiles,
        selected=before.selected ^ draw(st.frozensets(st.sampled_from(IDENTITIES), max_size=3)),
        matching=draw(st.just(before.matching) | MATCHINGS),
        leavers=draw(st.just(before.leavers) | LEAVERS),
        suppressed=draw(
            st.just({}) | st.dictionaries(keys, st.sampled_from(("unsubscribed", "bounced")), max_size=2)
        ),
        waiting=draw(st.frozensets(keys, max_size=2)),
        elsewhere=draw(st.frozensets(st.sampled_from(IDENTITIES), min_size=1, max_size=3)),
        resend=draw(st.booleans()),
    )
