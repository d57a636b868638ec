"""Wrong versions of when batches are sent and asked after."""

from tests.simulation.mutants.mutant import one

_DELIVERY = "src/leleka/engine/delivery.py"
_RHYTHM = "src/leleka/engine/poll_rhythm.py"
_PACE = "tests/unit/engine/test_delivery_pace.py"
_POLLS = "tests/unit/engine/test_poll_rhythm.py"

OF_PACE = (
    one("every batch is a scout", _RHYTHM, "_SCOUTS: Final = 2", "_SCOUTS: Final = 10_000", _POLLS),
    one(
        "what is not done yet says nothing",
        _RHYTHM,
        "self.usual = max(self.usual, age * _LONGER)",
        "self.usual = max(self.usual, age * 0.5)",
        _POLLS,
    ),
    one("nothing is ever done sooner", _RHYTHM, "min(self.usual, age) * _SHORTER", "self.usual", _POLLS),
    one(
        "those that wait do not learn",
        _RHYTHM,
        "if self._rhythm.learn(asked, found):",
        "if not self._rhythm:",
        _POLLS,
    ),
    one(
        "polls take the places of imports",
        _DELIVERY,
        "_BESIDE_IMPORTS: Final = 3",
        "_BESIDE_IMPORTS: Final = 9",
        _POLLS,
    ),
    one(
        "an import that never ends tells of the others",
        _RHYTHM,
        "age is not None and not asked.polls:",
        "age is not None:",
        _POLLS,
    ),
    one(
        "the pace counts from before a reading",
        _DELIVERY,
        "if self._may_send(0):",
        "if self._due:",
        _PACE + "::test_the_pace_is_kept_after_a_reading_of_minutes",
    ),
    one(
        "a pause told during a reading is not seen",
        _DELIVERY,
        "self._screen.refresh(self.batches.values())\n        self._account = self._outbox.account()",
        "self._screen.refresh(self.batches.values())",
        _PACE + "::test_a_pause_that_another_run_was_told_during_a_reading_is_kept",
    ),
)
