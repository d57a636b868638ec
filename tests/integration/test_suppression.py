"""The account's own suppression set: stored without addresses, checked by plans and before batches are sent
(I-20).
"""

import pytest

from leleka.errors import InvalidInput, NotFound
from leleka.services.privacy import suppression
from leleka.state.models import AuditEntry, SuppressedPerson
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office


def test_who_is_suppressed_is_excluded_from_then_on(office: Office) -> None:
    office.hire(5)
    office.apply()
    assert suppression.suppress(ALICE, "Sandbox", " P3@X.test ", "asked by letter")
    view = office.run()

    assert office.listed().keys() == {f"p{number}@x.test" for number in (1, 2, 4, 5)}
    assert view.counts is not None
    assert view.counts.excluded == {"SUPPRESSED": 1}
    assert view.counts.accounted() == view.counts.selected == 5


def test_a_suppressed_person_who_leaves_is_not_even_marked(office: Office) -> None:
    office.hire(5)
    office.apply(DEFINITIONS + MARK)
    office.run()
    suppression.suppress(ALICE, "Sandbox", "p3@x.test")
    office.edit(3, 4, tier="silver")
    office.run()

    assert office.listed()["p3@x.test"]["fields"][3] == "yes"
    assert office.listed()["p4@x.test"]["fields"][3] == "no"


def test_only_a_digest_of_the_address_is_kept(office: Office) -> None:
    office.hire(1)
    office.apply()
    suppression.suppress(ALICE, "Sandbox", "p3@x.test")
    assert not suppression.suppress(ALICE, "Sandbox", "p3@x.test")

    (row,) = SuppressedPerson.objects.values()
    details = AuditEntry.objects.values_list("details", flat=True)
    assert "p3" not in " ".join(str(value) for value in (*row.values(), *details))


def test_what_is_no_address_or_no_connection_is_refused(office: Office) -> None:
    office.hire(1)
    office.apply()
    with pytest.raises(InvalidInput, match="EMAIL_INVALID"):
        suppression.suppress(ALICE, "Sandbox", "nobody")
    with pytest.raises(NotFound, match="CONNECTION_UNKNOWN"):
        suppression.suppress(ALICE, "Sand", "p3@x.test")
