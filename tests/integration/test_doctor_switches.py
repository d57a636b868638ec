"""The doctor against each switch of the sandbox that a few contacts can tell: it names the setting that it met, and
leaves the account as it found it.
"""

from dataclasses import fields
from typing import Final

import pytest

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.contacts import Contact
from leleka.state.models import Account, Examination
from tests.integration.doctoring import account, examined, settle_in
from tests.integration.office import Office

Value = str | int | bool | None
# Every value of every switch that can be told apart.
TOLD: Final[dict[str, tuple[Value, ...]]] = {
    "reason_index_base": (0, 1, None),
    "odd_wording": (False, True),
    "success_key": ("Success", "success"),
    "ids_as_numbers": (False, True),
    "text_plain": (False, True),
    "escaped_slashes": (True, False),
    "side_loads": (True, False),
    "forbidden_body": ("json", "html"),
    "oversize": ("400", "413"),
    "too_many_rows": ("400", "413"),
    "unknown_batch": ("false", "404"),
    "unknown_list": ("ignored", "batch_fails", "rows_fail", "refused"),
    "unknown_field": ("ignored", "batch_fails", "rows_fail", "refused"),
    "duplicate_in_batch": ("last_wins", "first_wins", "second_fails"),
    "updated_contacts": ("absent", "in_success"),
    "excluded_in_failure": (True, False),
    "hidden_exclusions_listed": (True,),
    "archived_import": ("restored", "skipped", "in_failure"),
    "delete_contact": ("archives", "deletes", "refused"),
    "unsubscribed_in_failure": (False, True),
    "total_with_id_greater": ("above", "whole"),
    "unlisted_unsubscribed": (True, False),
    "empty_clears": (True, False),
    "apostrophe_fails": (True, False),
}
# Told where time passes at the account: see the tests with a clock.
TIMED: Final = {"limit_headers", "requests_per_second", "throttle_status", "retry_after", "false_seconds"}
# What no few contacts can tell, as the reference says with the reasons.
BEYOND: Final = {
    "imports_per_minute", "single_imports_per_minute", "window", "refused_imports_count", "bounced_resubscribed",
    "unconfirmed_subscribed", "bounced_unsubscribed", "failing_domains", "contact_limit",
    "retention_seconds", "contacts_per_second",
}  # fmt: skip
# No behaviour of an account: what a test arranges, or how long something takes.
ARRANGED: Final = {
    "latency_seconds", "jitter_seconds", "may_view_lists", "may_create_lists", "claim_seconds", "start_seconds",
    "completion_spread_seconds", "queue_held", "poison_pattern", "poison_with_index", "tolerance_seconds", "faults",
}  # fmt: skip
DEFAULTS: Final = Behaviour()


def test_every_switch_is_told_or_has_a_reason_why_not() -> None:
    assert {one.name for one in fields(Behaviour)} == TOLD.keys() | TIMED | BEYOND | ARRANGED


@pytest.mark.parametrize(
    ("switch", "value"),
    [pytest.param(name, value, id=f"{name}={value}") for name, values in TOLD.items() for value in values],
)
def test_it_names_the_setting_that_it_met_and_leaves_the_account_as_it_was(
    office: Office, switch: str, value: Value
) -> None:
    settle_in(office)
    office.ask("exclude", {"kind": "begins", "pattern": "leleka-doctor-excluded"})
    office.ask("exclude", {"kind": "exact", "pattern": "complaint@example.com", "hidden": True})
    office.behave(**{switch: value})
    before = account(office)

    done = examined()

    found = {one.name: one.value for one in done.points if one.settled}
    assert found[switch] == value
    assert type(found[switch]) is type(value)
    others = {
        name: getattr(DEFAULTS, name) for name in TOLD if name not in {switch, *_hidden_by(switch, value)}
    }
    assert {name: found.get(name, "open") for name in others} == others
    assert {one.name for one in done.points if not one.settled} >= BEYOND
    row = Account.objects.get()
    assert (row.learned, row.learned.keys()) == (found, row.learned_at.keys())
    assert row.row_base == found["reason_index_base"]
    assert all(one.meaning for one in done.points)
    if (switch, value) == ("delete_contact", "refused"):
        assert {one.address for one in done.remaining} == set(account(office)["contacts"]) - set(
            before["contacts"]
        )
    else:
        assert (done.remaining, account(office)) == ((), before)
        assert not Examination.objects.exists()


def _hidden_by(switch: str, value: Value) -> set[str]:
    """Return the points that a switch keeps from being seen."""
    if switch == "delete_contact" and value != "archives":
        return {"archived_import"}  # nobody is archived
    return set()


@pytest.mark.parametrize("made_up", [1, 2])
def test_no_more_than_twenty_contacts_are_ever_imported(office: Office, made_up: int) -> None:
    settle_in(office)
    before = account(office)["contacts"].keys()
    seen: set[str] = set()
    with office.sandbox.lock:
        book = office.sandbox.account.contacts
    add = book.add

    def noted(email: str, now: float) -> Contact:
        seen.add(email)
        return add(email, now)

    book.add = noted  # type: ignore[method-assign]
    for _ in range(made_up):
        examined()
    assert 0 < len(seen) <= 20 * made_up
    assert {one.partition("@")[0].partition("-")[0] for one in seen} == {"leleka"}
    assert account(office)["contacts"].keys() == before
