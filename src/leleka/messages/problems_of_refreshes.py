"""Problems of refreshes and schedules."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_DID_YOU_MEAN: Final = msg("Did you mean '{near}'?")
_WRITE_A_NAME_OF: Final = msg("Write a name of the IANA list, such as Europe/Kyiv.")
_REFRESH_AGAIN: Final = msg("Refresh again.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "EARLIER_RUN_LIVE": Wording(
        msg("Run {run:id} of this export has not ended: {status:word}."),
        msg("Wait for it, confirm it, or cancel it; the next refresh sends what is due by then."),
    ),
    "REFRESH_OVER": Wording(msg("The refresh has already ended.")),
    "REFRESH_UNKNOWN": Wording(msg("There is no refresh {number:id}.")),
    "REMOVED_MEANWHILE": Wording(msg("The {kind:word} was removed after the refresh had begun.")),
    "REMOVED_MEANWHILE.run": Wording(msg("The run was removed after the refresh had begun.")),
    "SCHEDULE_INVALID.day": Wording(msg("{got:word} is not a day."), msg("Write the day as 2027-01-31.")),
    "SCHEDULE_INVALID.distance": Wording(
        msg("Two times must be at least {minutes} minutes apart."), msg("Leave one out.")
    ),
    "SCHEDULE_INVALID.every_day": Wording(
        msg("A daily schedule runs on every day."), msg("Leave 'days' out, or write 'repeat: weekly'.")
    ),
    "SCHEDULE_INVALID.list": Wording(
        msg("Expected a list, got {got:word}."), msg("Put brackets around it: [ ].")
    ),
    "SCHEDULE_INVALID.no_day": Wording(
        msg("A weekly schedule needs a day."), msg("Write for example 'days: [mon, thu]'.")
    ),
    "SCHEDULE_INVALID.no_time": Wording(
        msg("A schedule needs a time."), msg("Write for example 'times: [\"08:00\"]'.")
    ),
    "SCHEDULE_INVALID.on": Wording(msg("This is true or false.")),
    "SCHEDULE_INVALID.order": Wording(
        msg("The last day, {last:day}, is before the first, {first:day}."), msg("Swap them.")
    ),
    "SCHEDULE_INVALID.past": Wording(
        msg("The last day has passed: {last:day} is before {today:day}."),
        msg("Choose a later day, or leave 'until' out."),
    ),
    "SCHEDULE_INVALID.policy": Wording(
        msg("An export follows 'system' or a schedule of its own, or is 'off'; here is {got:word}.")
    ),
    "SCHEDULE_INVALID.repeat": Wording(
        msg("A schedule repeats 'daily' or 'weekly'; here is {got:word}."), hints={"near": _DID_YOU_MEAN}
    ),
    "SCHEDULE_INVALID.shape": Wording(
        msg("Expected a schedule, got {got:word}."), msg("Write 'repeat', 'times' and so on.")
    ),
    "SCHEDULE_INVALID.span": Wording(msg("None of the days lies between {first:day} and {last:day}.")),
    "SCHEDULE_INVALID.time_of_day": Wording(
        msg("{got:word} is not a time of day."),
        msg('Write hours and minutes in 24-hour time, in quotes: "08:00", "14:30"; midnight is "00:00".'),
    ),
    "SCHEDULE_INVALID.too_many": Wording(msg("At most {most} are allowed here, not {number}.")),
    "SCHEDULE_INVALID.twice": Wording(msg("'{name}' appears twice."), msg("Leave one of them out.")),
    "SCHEDULE_INVALID.unknown": Wording(
        msg("Nothing here is called {name:word}."),
        hints={"near": _DID_YOU_MEAN, "known": msg("Available: {known}.")},
    ),
    "SCHEDULE_INVALID.weekday": Wording(
        msg("{got:word} is not a day of the week."),
        hints={"near": _DID_YOU_MEAN, "days": msg("The days are: {days}.")},
    ),
    "SCOPE_UNKNOWN": Wording(msg("There is nothing called '{scope}' to refresh.")),
    "STEP_DIED": Wording(
        msg("The process working on this crashed {tries} times."),
        msg("Check the log; more memory, or a smaller LELEKA_MEMORY_LIMIT, may help."),
    ),
    "TZ_UNKNOWN": Wording(
        msg("There is no time zone '{name}'."), _WRITE_A_NAME_OF, hints={"near": _DID_YOU_MEAN}
    ),
    "TZ_UNKNOWN.kind": Wording(msg("Expected the name of a time zone, got {got:word}."), _WRITE_A_NAME_OF),
    "TZ_UNKNOWN.missing": Wording(msg("A schedule needs a time zone."), _WRITE_A_NAME_OF),
    "UPSTREAM_CANCELED.export": Wording(
        msg("Export '{name}' was not refreshed: the refresh was canceled."), _REFRESH_AGAIN
    ),
    "UPSTREAM_CANCELED.measure": Wording(
        msg("Measure '{name}' was not refreshed: the refresh was canceled."), _REFRESH_AGAIN
    ),
    "UPSTREAM_CANCELED.profiles": Wording(
        msg("The customer profiles were not refreshed: the refresh was canceled."), _REFRESH_AGAIN
    ),
    "UPSTREAM_CANCELED.segment": Wording(
        msg("Segment '{name}' was not refreshed: the refresh was canceled."), _REFRESH_AGAIN
    ),
    "UPSTREAM_CANCELED.source": Wording(
        msg("Source '{name}' was not refreshed: the refresh was canceled."), _REFRESH_AGAIN
    ),
    "UPSTREAM_FAILED.export": Wording(
        msg("Export '{name}' could not be refreshed: {problem}"), "{problem:remedy}"
    ),
    "UPSTREAM_FAILED.measure": Wording(
        msg("Measure '{name}' could not be refreshed: {problem}"), "{problem:remedy}"
    ),
    "UPSTREAM_FAILED.profiles": Wording(
        msg("The customer profiles could not be refreshed: {problem}"), "{problem:remedy}"
    ),
    "UPSTREAM_FAILED.segment": Wording(
        msg("Segment '{name}' could not be refreshed: {problem}"), "{problem:remedy}"
    ),
    "UPSTREAM_FAILED.source": Wording(
        msg("Source '{name}' could not be refreshed: {problem}"), "{problem:remedy}"
    ),
    "UPSTREAM_FAILED.unknown": Wording(msg("No reason is known.")),
}
