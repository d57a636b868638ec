"""Problems of requests, the database, backups and the demo."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_TRY_AGAIN_IN_A: Final = msg("Try again in a moment.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "BACKUP_DAMAGED": Wording(
        msg(
            "This is no backup of Leleka, or it is not as it was written: it was cut short or changed, or the master "
            "key of this name is another one."
        ),
        msg("Nothing was changed. Use another backup, or the key file that belongs to this one."),
    ),
    "BACKUP_EMPTY": Wording(
        msg(
            "There is nothing to back up: this installation holds no people, connections, sources or segments."
        ),
        msg(
            "If it is another one that you mean, name the settings of the service: leleka --env-file FILE backup "
            "FILE, or LELEKA_DATA_DIR and LELEKA_DATABASE_URL."
        ),
    ),
    "BACKUP_EXISTS": Wording(msg("A file with this name already exists; it was left unchanged.")),
    "BACKUP_KEY_MISSING": Wording(
        msg("This backup is sealed with master key {key}, which is not in {file}."),
        msg("Put the line of that key from your safe copy into the key file, behind the others."),
    ),
    "BACKUP_OVERTAKEN": Wording(
        msg("A snapshot or an uploaded file was replaced while it was to be copied. No backup was written."),
        _TRY_AGAIN_IN_A,
    ),
    "BACKUP_UNKNOWN": Wording(msg("There is no such file.")),
    "BACKUP_UNREADABLE": Wording(msg("The backup cannot be read: {reason}.")),
    "BACKUP_UNSEALED": Wording(
        msg("This backup is not sealed: an older version wrote it, or it is no backup of Leleka."),
        msg("Restore it with the version that wrote it, then upgrade."),
    ),
    "BACKUP_UNWRITABLE": Wording(msg("The backup cannot be written: {reason}.")),
    "BACKUP_VERSION": Wording(
        msg("The backup was made by version {version} of Leleka, whose tables differ (schema {schema})."),
        msg("Restore it with that version, then upgrade."),
    ),
    "BODY_TOO_LARGE": Wording(msg("The body of the request is larger than 1 MB.")),
    "BODY_TOO_SLOW": Wording(msg("The body of the request took too long to arrive."), _TRY_AGAIN_IN_A),
    "CONTENT_TYPE": Wording(msg("The body must be JSON."), msg("Send {type}.")),
    "DATABASE_AWAY": Wording(
        msg("The database does not answer ({reason})."),
        msg(
            "Start it again, or check the network between it and this server; then the same command continues."
        ),
    ),
    "DATABASE_AWAY.brief": Wording(msg("The database does not answer."), _TRY_AGAIN_IN_A),
    "DATABASE_AWAY.general": Wording(msg("The database does not answer."), _TRY_AGAIN_IN_A),
    "DATABASE_FULL": Wording(
        msg("There is no room left for the database."),
        msg("Free up space; what has been recorded is safe, and the same command continues from there."),
    ),
    "DATABASE_LOCKED": Wording(
        msg("Another process keeps the database locked."),
        msg(
            "Wait until it ends, whether it is a backup, a copy or an open database browser; then the "
            "same command continues."
        ),
    ),
    "DATABASE_UNUSABLE": Wording(
        msg("The database cannot be used: {error}."),
        msg("Check its disk and permissions; if the file is damaged, restore it from a backup."),
    ),
    "DATABASE_UNUSABLE.general": Wording(
        msg("The database cannot be used."), msg("An administrator must check its disk and permissions.")
    ),
    "DEMO_FOLDER_IN_USE": Wording(msg("The folder contains something else."), msg("Name another one.")),
    "DEMO_LIST_DIFFERS": Wording(
        msg("The list lacks {missing}, has {extra} too many, and {different} differ.")
    ),
    "DEMO_RULES_BROKEN": Wording(msg("The sandbox found these rules broken: {broken}.")),
    "DOWNLOADS_BUSY": Wording(
        msg("Others are downloading at this moment, as many as may at once."),
        msg("Try again when one of them is done."),
    ),
    "DEMO_STEP_FAILED": Wording(msg("leleka {command} ended with exit code {code}.")),
    "FORM_OUTDATED": Wording(
        msg("This form is outdated or came from elsewhere."), msg("Reload the page and try again.")
    ),
    "IDEMPOTENCY_KEY_INVALID": Wording(msg("A key has 1 to 200 visible ASCII characters.")),
    "IDEMPOTENCY_KEY_REUSED": Wording(
        msg("This key was already used for a different request."), msg("Use a new key for a new request.")
    ),
    "INPUT_INVALID": Wording(msg("This is not valid: {detail}.")),
    "INPUT_INVALID.nul": Wording(msg("A NUL character is not allowed here.")),
    "INPUT_INVALID.twice": Wording(msg("This parameter appears twice.")),
    "INPUT_INVALID.unknown": Wording(msg("The input is wrong.")),
    "INTERNAL_ERROR": Wording(
        msg("Something went wrong inside Leleka; what was confirmed so far stays confirmed."),
        msg("Please report it with the traceback from the log."),
    ),
    "INTERNAL_ERROR.brief": Wording(msg("Something went wrong inside Leleka.")),
    "INTERNAL_ERROR.request": Wording(
        msg("Something went wrong inside Leleka."), msg("Please report it with what the log says.")
    ),
    "METHOD_UNKNOWN": Wording(msg("This page cannot be asked like that.")),
    "METHOD_UNKNOWN.path": Wording(msg("This path does not support this method.")),
    "MIGRATING": Wording(msg("The database is being upgraded to this version."), _TRY_AGAIN_IN_A),
    "NOTICES_STAY_HERE": Wording(
        msg("Neither e-mail nor a webhook is set up."),
        msg("Set LELEKA_SMTP_URL or LELEKA_WEBHOOK_URLS and start Leleka again."),
    ),
    "PAGE_UNKNOWN": Wording(msg("There is no such page.")),
    "PATH_UNKNOWN": Wording(msg("There is nothing at this path.")),
    "READING_BUSY": Wording(
        msg("Others are reading what is stored, and no place became free."),
        msg("Try again in a few seconds."),
    ),
    "READING_SLOW": Wording(
        msg("Reading this took longer than {seconds} seconds and was stopped."),
        msg("Try again when the machine has less to do."),
    ),
    "REQUEST_INVALID": Wording(msg("The request could not be understood.")),
    "REQUEST_INVALID.broken_off": Wording(msg("The body of the request was cut off.")),
    "REQUEST_INVALID.deep": Wording(msg("The body of the request is nested too deeply.")),
    "REQUEST_INVALID.detail": Wording(msg("The request could not be understood: {detail}")),
    "REQUEST_INVALID.json": Wording(msg("The body of the request is not valid JSON: {detail}.")),
    "REQUEST_INVALID.nul": Wording(msg("A text in the body of the request has a NUL character.")),
    "REQUEST_INVALID.number": Wording(msg("A number in the body of the request is too large.")),
    "REQUEST_INVALID.objects": Wording(msg("The body of the request has more than {most} objects.")),
    "REQUEST_INVALID.properties": Wording(
        msg("An object in the body of the request has more than {most} properties.")
    ),
    "REQUEST_INVALID.twice": Wording(msg("An object in the body of the request has this property twice.")),
    "REQUEST_INVALID.utf8": Wording(msg("The body of the request is not UTF-8.")),
    "REQUEST_TOO_LARGE": Wording(msg("The request is too large.")),
    "RESTORE_NOT_EMPTY": Wording(
        msg("This installation is in use; a backup is restored into an empty one."),
        msg(
            "Point LELEKA_DATA_DIR (and LELEKA_DATABASE_URL) to a new location. To go back in time, back this "
            "installation up first: restore with --suppressions and that backup, so that nobody who was "
            "suppressed meanwhile is sent to again."
        ),
    ),
    "RESTORE_RUNNING": Wording(msg("Another restore into this data directory is running.")),
    "RESTORE_UNWRITABLE": Wording(
        msg("A snapshot cannot be written: {reason}. Nothing was restored."),
        msg("Free up space, then run the same command again."),
    ),
    "SANDBOX_SILENT": Wording(msg("The sandbox did not start.")),
    "SNAPSHOT_POINTER": Wording(
        msg("A pointer in the database leads out of the data directory: somebody changed it there."),
        msg("An administrator must find out who did, and restore a backup from before."),
    ),
    "STOPPING": Wording(msg("Leleka is shutting down."), _TRY_AGAIN_IN_A),
    "SUPPRESSIONS_OTHER_SALT": Wording(
        msg(
            "The suppressed people of this account cannot be added: their digests were made with another salt than "
            "those that are here."
        ),
        msg("Nothing was added. Add them by their addresses: leleka suppress CONNECTION ADDRESS."),
    ),
    "UNKNOWN_FIELD": Wording(msg("There is no such field: {detail}.")),
    "UNKNOWN_FIELD.parameter": Wording(msg("There is no such parameter.")),
}
