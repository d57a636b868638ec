"""Problems of runs and tasks."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_RUN_THE_EXPORT_AGAIN: Final = msg("Run the export again: this starts a new run.")
_EXPORT_TO_A_LIST: Final = msg("Export to a list that fewer people have unsubscribed from.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "ACCOUNT_NOT_FOUND.run": Wording(
        msg("There is no ActiveCampaign account at this host ({reason:word})."),
        msg("Compare the host with Settings > Developer in ActiveCampaign."),
    ),
    "ASKER_NOT_ALLOWED": Wording(
        msg("{name} asked for this run and is no longer allowed to run the export; nothing was sent."),
        msg("Somebody who is allowed to use the connection can run the export."),
    ),
    "CONNECTION_CHANGED": Wording(
        msg("Connection '{connection}' no longer leads to {host}, where this run began."),
        _RUN_THE_EXPORT_AGAIN,
    ),
    "HOST_REDIRECTS.run": Wording(
        msg("This is the wrong host for the ActiveCampaign account ({reason:word})."),
        msg(
            "Copy the URL from Settings > Developer in ActiveCampaign into the connection, and run the export again."
        ),
    ),
    "JOB_UNKNOWN": Wording(msg("There is no job '{job}'.")),
    "EXPORT_MOVED": Wording(
        msg(
            "The export now leads to another list or account than when this run was requested; nothing was sent."
        ),
        _RUN_THE_EXPORT_AGAIN,
    ),
    "KEY_REFUSED.run": Wording(
        msg("ActiveCampaign refuses the API key ({reason:word})."),
        msg("Check the key's user and their permissions in ActiveCampaign, then enter the key again."),
    ),
    "LANE_LOST": Wording(msg("Another run of the account has begun to deliver.")),
    "LEASE_LOST": Wording(msg("Another process has taken over this run.")),
    "LEDGER_MISSING": Wording(msg("Nothing has been delivered to this list yet.")),
    "MAP_COLUMN_GONE": Wording(
        msg("Source '{source}' no longer has column '{column}'."),
        msg("Bring the column back, or change the line."),
    ),
    "MAP_FIELD_NOT_FOUND": Wording(
        msg("ActiveCampaign has no custom field {field}."),
        msg("Compare with the fields of the account: leleka check shows them."),
    ),
    "NOTHING_TO_CONFIRM": Wording(msg("The run does not wait for confirmation: {status:word}.")),
    "NOTHING_TO_REPAIR": Wording(
        msg("The last reconciliation found nobody missing or different, or is not done."),
        msg("Reconcile the export first."),
    ),
    "NO_WORKER.task": Wording(
        msg("No worker is running: this begins when there is one."),
        msg("Start it with: leleka serve, or leleka worker"),
    ),
    "OUTCOME_UNKNOWN": Wording(msg("There is no such outcome.")),
    "RECONCILE_CANCELED": Wording(msg("The reconciliation was canceled.")),
    "RECONCILE_IN_PROGRESS": Wording(
        msg("The export is being reconciled already; {who} asked for it."),
        msg("Wait until it has ended, or cancel it on the export's page."),
    ),
    "RECONCILE_OUTDATED": Wording(
        msg("Something was sent, or changed at the export, since the list was read."),
        msg("Reconcile the export again."),
    ),
    "RECONCILE_OVER": Wording(msg("The reconciliation has ended.")),
    "RECONCILE_TOO_LONG": Wording(
        msg("The list could not be read within {hours} hours."),
        msg("Reconcile when little else uses the account."),
    ),
    "RECONCILE_TOO_LONG.silent": Wording(
        msg("The account told nothing for {minutes} minutes; reading the list was given up."),
        msg("Test the connection, and reconcile again."),
    ),
    "RECONCILIATION_UNKNOWN": Wording(
        msg("This export has not been reconciled within a day."), msg("Reconcile it first.")
    ),
    "RUN_CANCELED": Wording(msg("The run was canceled before anything was sent.")),
    "RUN_CONFIGURATION_DAMAGED": Wording(
        msg("The stored configuration of this run is damaged: {part} is missing or wrong."),
        msg("Run the export again: this starts a new run."),
    ),
    "RUN_DIED": Wording(
        msg("The process working on this run crashed {times} times at the same point."),
        msg(
            "Check the log; more memory, or a smaller LELEKA_MEMORY_LIMIT, may help. Then run the export "
            "again."
        ),
    ),
    "RUN_FINISHED": Wording(msg("The run has ended: {status:word}.")),
    "RUN_IN_PROGRESS": Wording(
        msg("The export is running: run {run:id} is being worked on by another process.")
    ),
    "RUN_IN_PROGRESS.changed": Wording(msg("A run changed the ledger meanwhile.")),
    "RUN_IN_PROGRESS.ledger": Wording(msg("The export is running: rebuild its record afterwards.")),
    "RUN_IN_PROGRESS.reconcile": Wording(msg("The export is running: reconcile it afterwards.")),
    "RUN_IN_PROGRESS.sent": Wording(
        msg("The export sent something while its list was read, which makes the comparison worthless."),
        msg("Reconcile it between two runs."),
    ),
    "RUN_IN_PROGRESS.started": Wording(msg("The export is running: another process has just started it.")),
    "RUN_IN_PROGRESS.waiting": Wording(
        msg("The export is running: run {run:id} is waiting for confirmation.")
    ),
    "RUN_UNKNOWN": Wording(
        msg("There is no run {number:id}."), msg("The command leleka run list shows them.")
    ),
    "RUN_WITHOUT_OUTCOMES": Wording(msg("The run has no outcomes: it ended before anything was sent.")),
    "RUN_WITHOUT_OUTCOMES.forgotten": Wording(
        msg("Who was in a run is kept for {days} days after its end, and these are over. Its counts stay."),
        msg("With LELEKA_KEEP_RUN_DATA an administrator can have it kept longer, for later runs."),
    ),
    "RUN_WITHOUT_OUTCOMES.live": Wording(
        msg("The run has no outcomes: it is not finished."), msg("Check again when it has ended.")
    ),
    "SEGMENT_NOT_EVALUATED": Wording(
        msg("It is not known yet who is in the segment."), msg("Run leleka refresh, or omit --no-refresh.")
    ),
    "SEGMENT_NOT_EVALUATED.page": Wording(
        msg("It is not known yet who is in the segment."), msg("Refresh the segment.")
    ),
    "LEDGER_IN_ORDER": Wording(
        msg("The record of what this export has sent is in order."), msg("There is nothing to rebuild.")
    ),
    "PLAN_LOST": Wording(
        msg("The plan of this run was lost or damaged after something of it was sent; the run ends here."),
        msg(
            "Run the export again: whoever it may concern is sent once more, after earlier sends are settled."
        ),
    ),
    "PLAN_LOST.waiting": Wording(
        msg("Nobody knows any more to whom run {run} has sent, and what it sent may not have arrived yet."),
        msg("Run the export again later: the wait ends by itself, after a day at the latest."),
    ),
    "SNAPSHOT_DAMAGED": Wording(
        msg("A stored snapshot was lost or damaged."),
        msg("Refresh the data, or run the export again: it is made anew from the sources."),
    ),
    "SNAPSHOT_DAMAGED.ledgers": Wording(
        msg("The record of what this export has sent was lost or damaged; nothing more was sent."),
        msg("Rebuild it on the page of the export, then run it again: everybody in it is sent once more."),
    ),
    "SNAPSHOT_DAMAGED.members": Wording(
        msg("The stored members of a segment were lost or damaged."),
        msg(
            "Refresh the segment, or run the export again. An inactive segment is evaluated once it is active again."
        ),
    ),
    "SNAPSHOT_DAMAGED.outcomes": Wording(
        msg("What became of each profile in this run was lost or damaged."),
        msg("The figures of the report stay; the rows cannot be had back."),
    ),
    "SNAPSHOT_DAMAGED.plans": Wording(
        msg("The plan of this run was lost or damaged; nothing more of it was sent."),
        msg("Run the export again."),
    ),
    "SNAPSHOT_UNREADABLE": Wording(
        msg("Something stored cannot be read: {reason}."),
        msg(
            "Check the disk, and whether the service may read this file. A run that was sending then goes on by itself."
        ),
    ),
    "SEGMENT_TOO_LARGE": Wording(
        msg("The segments contain {selected} profiles, the export's limit is {limit}; nothing was sent."),
        msg("Narrow the segments, or split them over several exports."),
    ),
    "SUPPRESSED_TOO_MANY": Wording(
        msg(
            "Reading who must be left out takes about {needed} requests, "
            "the budget is {most}; nothing more was sent."
        ),
        _EXPORT_TO_A_LIST,
    ),
    "SUPPRESSED_TOO_MANY.more": Wording(
        msg(
            "Reading who must be left out takes more than {needed} requests, "
            "the budget is {most}; nothing more was sent."
        ),
        _EXPORT_TO_A_LIST,
    ),
    "TASK_DIED": Wording(msg("The process working on this crashed."), msg("Ask again.")),
    "TASKS_TOO_MANY": Wording(
        msg("You asked for this {most} times within a minute."), msg("Wait a moment and try again.")
    ),
    "TASKS_TOO_MANY.waiting": Wording(
        msg("You already wait for {most} results."), msg("Try again when some of them have come.")
    ),
    "TASK_UNKNOWN": Wording(msg("There is no such task.")),
    "UNREACHABLE": Wording(
        msg("ActiveCampaign cannot be reached ({reason:word})."),
        msg("Run the export again later: it will continue with what is missing."),
    ),
}
