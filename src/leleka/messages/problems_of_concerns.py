"""What is wrong now with the installation, its schedules and its promises."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

PROBLEMS: Final[Mapping[str, Wording]] = {
    "CLOCK_BEHIND": Wording(
        msg("The clock is wrong: something is recorded {minutes} minutes later than now."),
        msg(
            "Set the clock of this machine and of every machine with a worker, and keep it in step (NTP). If it was far"
            " ahead and is right now, save each schedule again, or apply the definitions file: until then, times that"
            " it passed count as decided."
        ),
    ),
    "DATA_FOLDER_READ_ONLY": Wording(
        msg("The data folder cannot be written to."),
        msg("Nothing can run. An administrator of the machine must make it writable for Leleka."),
    ),
    "DISK_NEARLY_FULL": Wording(
        msg("Only {free} MB are left on the disk of the data folder; a run needs at least {least} MB."),
        msg("Free up space, or move the data folder to a larger disk."),
    ),
    "EXPORT_DETACHED": Wording(msg("It does not run."), msg("Edit the export and choose a connection.")),
    "NOTICES_UNDELIVERED": Wording(
        msg("Notices do not arrive by {channel:word}: the last one could not be delivered ({error})."),
        msg("See System > Notices, and check the settings of this channel."),
    ),
    "NO_WORKER": Wording(
        msg("Nothing runs without one."), msg("Start it with: leleka serve, or leleka worker")
    ),
    "QUEUE_STUCK": Wording(
        msg("Something has waited for {minutes} minutes, although nothing else is running."),
        msg("Restart the worker. If that does not help, the log says why nothing begins."),
    ),
    "READY_BY_AT_RISK": Wording(
        msg("It is to be ready by {time} ({zone}), and is not expected before {expected}."),
        msg("Start it earlier, or run it now."),
    ),
    "READY_BY_MISSED": Wording(
        msg("It was to be ready by {time} ({zone}), and not everybody is confirmed at the list yet."),
        msg("Look at its last run; when the cause is fixed, run it."),
    ),
    "REFRESH_STUCK": Wording(
        msg("A refresh has been at the same step for {minutes} minutes."),
        msg(
            "See System > Status for the step. A disk or network that hangs is the usual cause; cancel the refresh."
        ),
    ),
    "RUN_STALLED": Wording(
        msg("The run has made no progress for ten minutes."),
        msg(
            "Look at the log of the worker. Canceling the run loses nothing: the next one continues from there."
        ),
    ),
    "SCHEDULE_LATE": Wording(
        msg("A run was due at {due}, and nothing has begun."),
        msg("Check that a worker is running; what was missed can be run by hand."),
    ),
    "SCHEDULE_LOST": Wording(
        msg("The schedule is on, but no next time is set."),
        msg("Save the schedule again."),
    ),
    "SCHEDULE_NOT_STARTED": Wording(msg("The scheduled run could not begin.")),
    "SOURCE_SHRUNK": Wording(
        msg("It has {rows} rows; before its last change it had {before}."),
        msg("Check whether the file is complete. If it is, this ends with its next change."),
    ),
    "SOURCE_STALE": Wording(
        msg("Its data has not changed for {age} hours; at most {most} were promised."),
        msg("Ask whoever delivers the data. If such a pause is normal, raise max_age_hours of the source."),
    ),
}
