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
    "OUTCOME_UNKNOWN": Wording(msg("There is no such outcome.")),
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
    "RUN_IN_PROGRESS.reconcile": Wording(msg("The export is running: reconcile it afterwards.")),
    "RUN_IN_PROGRESS.started": Wording(msg("The export is running: another process has just started it.")),
    "RUN_IN_PROGRESS.waiting": Wording(
        msg("The export is running: run {run:id} is waiting for confirmation.")
    ),
    "RUN_UNKNOWN": Wording(
        msg("There is no run {number:id}."), msg("The command leleka run list shows them.")
    ),
    "RUN_WITHOUT_OUTCOMES": Wording(msg("The run has no outcomes: it ended before anything was sent.")),
    "RUN_WITHOUT_OUTCOMES.live": Wording(
        msg("The run has no outcomes: it is not finished."), msg("Check again when it has ended.")
    ),
    "SEGMENT_NOT_EVALUATED": Wording(
        msg("It is not known yet who is in the segment."), msg("Run leleka refresh, or omit --no-refresh.")
    ),
    "SEGMENT_TOO_LARGE": Wording(
        msg("The segments contain {selected} profiles, the export's limit is {limit}; nothing was sent."),
        msg("Narrow the segments, or split them over several exports."),
    ),
    "SUPPRESSED_TOO_MANY": Wording(
        msg(
            "Reading who unsubscribed or bounced takes about {needed} requests, the budget is {most}; "
            "nothing was sent."
        ),
        _EXPORT_TO_A_LIST,
    ),
    "SUPPRESSED_TOO_MANY.more": Wording(
        msg(
            "Reading who unsubscribed or bounced takes more than {needed} requests, the budget is {most}; "
            "nothing was sent."
        ),
        _EXPORT_TO_A_LIST,
    ),
    "TASK_DIED": Wording(msg("The process working on this crashed."), msg("Ask again.")),
    "TASK_UNKNOWN": Wording(msg("There is no such task.")),
    "UNREACHABLE": Wording(
        msg("ActiveCampaign cannot be reached ({reason:word})."),
        msg("Run the export again later: it will continue with what is missing."),
    ),
}
