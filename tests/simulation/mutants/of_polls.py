"""Wrong versions of when accepted batches are asked after."""

from tests.simulation.mutants.mutant import one

_DELIVERY = "src/leleka/engine/delivery.py"
_RHYTHM = "src/leleka/engine/poll_rhythm.py"
_POLLS = "tests/unit/engine/test_poll_rhythm.py"

OF_POLLS = (
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
)
