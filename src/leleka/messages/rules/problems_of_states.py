"""Problems of segments that are active or not, of their schedules and of their tags."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

PROBLEMS: Final[Mapping[str, Wording]] = {
    "NAME_TAKEN.tag": Wording(msg("A tag '{name}' already exists.")),
    "SCHEDULE_INVALID.day_of_month": Wording(
        msg("{got:word} is not a day of the month."),
        msg("Write numbers from 1 to 31; a shorter month has its last day instead."),
    ),
    "SCHEDULE_INVALID.no_day_of_month": Wording(
        msg("A monthly schedule needs a day of the month."), msg("Write for example 'days: [1, 15]'.")
    ),
    "SCHEDULE_INVALID.policy_of_segment": Wording(
        msg("A segment follows 'system' or days of its own, or is 'off'; here is {got:word}."),
        msg("Write for example 'repeat: weekly' and 'days: [mon]'."),
    ),
    "SCHEDULE_INVALID.repeat_of_segment": Wording(
        msg("A segment's schedule repeats 'daily', 'weekly' or 'monthly'; here is {got:word}.")
    ),
    "SEGMENTS_CHOSEN": Wording(
        msg("{action:word} is not something that can be done to several segments."),
        msg("The actions are: {known}."),
    ),
    "SEGMENTS_CHOSEN.many": Wording(
        msg("At most {most} segments can be selected at once."),
        msg("Select fewer, and the others after them."),
    ),
    "SEGMENTS_CHOSEN.none": Wording(msg("No segment is selected."), msg("Select at least one.")),
    "SEGMENTS_CHOSEN.tag": Wording(msg("No tag is given."), msg("Write the tag.")),
    "SEGMENT_INACTIVE": Wording(
        msg("The segment '{name}' is inactive: it is not evaluated."), msg("Activate it first.")
    ),
    "SEGMENT_INACTIVE.export": Wording(
        msg(
            "Nothing is sent and nobody is removed: what the export sends depends on inactive segments: {names}."
        ),
        msg("Activate them, or take them out of the export and of the rules of its segments."),
    ),
    "SEGMENT_INACTIVE.inner": Wording(
        msg("Its rules name inactive segments, so it keeps its last members: {names}."),
        msg("Activate them, or take them out of the rules."),
    ),
    "SEGMENT_INACTIVE.tried": Wording(
        msg("These rules name inactive segments: {names}."),
        msg("Activate them, or take them out of the rules."),
    ),
    "SEGMENT_INACTIVE.never": Wording(
        msg("The segment '{name}' is inactive and has never been evaluated, so it has no members yet."),
        msg("Activate it."),
    ),
    "SEGMENT_INACTIVE.users": Wording(
        msg("While the segment is inactive, these exports send nothing: {exports}."),
        msg("Activate it, or take it out of them."),
    ),
    "SEGMENT_INACTIVE.users_then": Wording(
        msg("From {day:day} on the segment is inactive. Then these exports send nothing: {exports}."),
        msg("Take it out of them before, or leave the date out."),
    ),
    "SEGMENT_STATE_INVALID.active": Wording(
        msg("The segment is active by then anyway, so this date would change nothing."),
        msg("Make it inactive until then, or leave the date out."),
    ),
    "SEGMENT_STATE_INVALID.inactive": Wording(
        msg("The segment is inactive by then anyway, so this date would change nothing."),
        msg("Make it active until then, or leave the date out."),
    ),
    "SEGMENT_STATE_INVALID.moment": Wording(
        msg("{got:word} is not a day, and not a day with a time."),
        msg("Write 2027-01-31, or 2027-01-31 08:00."),
    ),
    "SEGMENT_STATE_INVALID.past": Wording(
        msg("This moment has passed."), msg("Choose a later one, or change the state now.")
    ),
    "SEGMENT_STATE_INVALID.same": Wording(
        msg("The segment would become active and inactive at the same moment."), msg("Choose another one.")
    ),
    "SEGMENT_UNSERVED": Wording(
        msg(
            "The system does not refresh on every day of this schedule: not on {day:day}."
            " The segment is evaluated by the next refresh, on {then:day}."
        ),
        msg("Choose days on which the system refreshes, or change the system's schedule."),
    ),
    "SEGMENT_UNSERVED.off": Wording(
        msg(
            "The system's schedule is off, so nothing evaluates the segment by itself,"
            " unless an export with its own schedule needs it."
        ),
        msg("Switch on the system's schedule, or refresh the segment yourself."),
    ),
    "SEGMENT_UNSERVED.over": Wording(
        msg("The system does not refresh any more after its schedule ends: not on {day:day}, nor later."),
        msg("Extend the system's schedule."),
    ),
    "TAGS_TOO_MANY": Wording(msg("A segment has at most {most} tags, not {number}."), msg("Leave some out.")),
    "TAG_MANAGED": Wording(
        msg("A definitions file writes this tag for these segments: {segments}."), msg("Change the file.")
    ),
    "TAG_UNKNOWN": Wording(msg("There is no such tag.")),
}
