"""A copy of a segment, and the draft of a new one beside it."""

from leleka.services.access.actor import Role
from leleka.services.builder import queries
from leleka.state.models import Segment
from tests.integration.office import Office
from tests.integration.people import somebody

RULES = '{"column": "tier", "is": "gold"}'


def test_a_copy_leaves_the_draft_of_a_new_segment_alone(office: Office) -> None:
    office.hire(1)
    office.apply()
    alice = somebody("alice", Role.ADMINISTRATOR)
    kept = {"name": "Half done", "rules": {"column": "tier", "is": "silver"}, "segment": None}
    alice.browser.post("/segments/builder/draft", kept, content_type="application/json")
    page = alice.browser.get(f"/segments/add?copy={Segment.objects.get().pk}").content.decode()
    assert 'name="copied"' in page
    alice.browser.post("/segments/add", {"name": "Gold (2)", "rules": RULES, "copied": "yes"})
    draft = queries.draft(alice.actor)
    assert draft is not None
    assert draft.name == "Half done"
    alice.browser.post("/segments/add", {"name": "Gold (3)", "rules": RULES})
    assert queries.draft(alice.actor) is None
    assert Segment.objects.count() == 3
