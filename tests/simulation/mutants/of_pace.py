"""Wrong versions of when batches are sent and asked after."""

from tests.simulation.mutants.mutant import one

_DELIVERY = "src/leleka/engine/delivery.py"
_SLOTS = "src/leleka/engine/request_slots.py"
_DEPARTURES = "src/leleka/engine/departures.py"
_LIMIT = "src/leleka/engine/rate_limit.py"
_REQUESTS = "tests/unit/engine/test_request_slots.py"
_LIMITS = "tests/unit/engine/test_rate_limit.py"
_RHYTHM = "src/leleka/engine/poll_rhythm.py"
_PACE = "tests/unit/engine/test_delivery_pace.py"
_POLLS = "tests/unit/engine/test_poll_rhythm.py"

OF_PACE = (
    one("every batch is a scout", _RHYTHM, "_SCOUTS: Final = 2", "_SCOUTS: Final = 10_000", _POLLS),
    one(
        "nothing is ever done sooner",
        _RHYTHM,
        "max(min(usual, done), ",
        "max(usual, ",
        _POLLS,
    ),
    one(
        "what took longer says nothing in the end",
        _RHYTHM,
        "min(lasted * _LONGER, done)",
        "0.0",
        _POLLS,
    ),
    one(
        "who is not done says so before it ends",
        _RHYTHM,
        "self._lasted[asked.number] = age",
        "self.usual = self._lasted[asked.number] = age",
        _POLLS,
    ),
    one(
        "those that wait do not learn",
        _RHYTHM,
        "if self._rhythm.learn(asked, found):",
        "if not self._rhythm:",
        _POLLS,
    ),
    one(
        "polls take the places of imports",
        _SLOTS,
        "leaves = at <= looked or (importing and certain)",
        "leaves = at <= looked",
        _REQUESTS + "::test_imports_leave_on_time_whoever_asks_beside_them",
    ),
    one(
        "the newest is no scout", _RHYTHM, "            self._scout_newest()\n", "            pass\n", _POLLS
    ),
    one(
        "who waits for the lane asks sparingly",
        _DELIVERY,
        "bool(self._due) and self._lane.is_held",
        "bool(self._due)",
        _PACE + "::test_whoever_waits_for_the_lane_asks_after_all_again",
    ),
    one("all are asked twice", _RHYTHM, "_TWICE: Final = 0.2", "_TWICE: Final = 9.0", _POLLS),
    one(
        "who strays keeps no slot",
        _DEPARTURES,
        "elif strict or now >= one.late_at:",
        "elif strict:",
        _REQUESTS + "::test_those_that_stray_keep_their_slot",
    ),
    one(
        "after a refusal all is as before",
        _DEPARTURES,
        "_STRICT_FOR: Final = 60.0",
        "_STRICT_FOR: Final = 0.0",
        _REQUESTS + "::test_after_a_refusal_everybody_keeps_a_slot_until_a_second_after_the_reply",
    ),
    one(
        "requests leave together",
        _DEPARTURES,
        "last + self.step",
        "last",
        _REQUESTS + "::test_an_account_bears_it_if_all_stray_further",
    ),
    one(
        "nobody strays",
        _DEPARTURES,
        "self.second + self.strays",
        "self.second",
        _REQUESTS + "::test_two_processes_share_a_second_and_use_it",
    ),
    one(
        "a dead process keeps its slots",
        "src/leleka/core/ports/request_slots.py",
        "if one.holder == holder and not one.answered",
        "if not holder",
        _REQUESTS + "::test_what_a_dead_process_had_under_way_ends_with_its_deadline_or_its_lease",
    ),
    one(
        "steps that are late add up",
        _DELIVERY,
        "at = now - self._late_by(begun)",
        "at = now",
        _PACE + "::test_steps_that_are_late_cost_no_import",
    ),
    one(
        "lateness is made up for without end",
        _DELIVERY,
        "if 0.0 < late <= self._tools.time_scale.wait(_CAUGHT_UP)",
        "if 0.0 < late",
        _PACE,
    ),
    one(
        "a minute is a minute however late they come",
        _LIMIT,
        "limit * _MINUTE / (_MINUTE + self._strays())",
        "limit",
    ),
    one(
        "refused, and no stricter", _LIMIT, "_STRICT_FOR: Final = 600.0", "_STRICT_FOR: Final = 0.0", _LIMITS
    ),
    one("an import that strays costs nothing", _LIMIT, "self._owed += 1", "self._owed += 0", _LIMITS),
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
