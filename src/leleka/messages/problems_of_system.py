"""Problems of requests, the database, backups and the demo."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_TRY_AGAIN_IN_A: Final = msg("Try again in a moment.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "BACKUP_DAMAGED": Wording(
        msg("This is not a whole backup of Leleka."), msg("Nothing was changed. Use another backup.")
    ),
    "BACKUP_EXISTS": Wording(msg("A file with this name already exists; it was left unchanged.")),
    "BACKUP_UNKNOWN": Wording(msg("There is no such file.")),
    "BACKUP_UNWRITABLE": Wording(msg("The backup cannot be written: {reason}.")),
    "BACKUP_VERSION": Wording(
        msg("The backup was made by another version of Leleka (schema {schema})."),
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
    "REQUEST_INVALID": Wording(msg("The request could not be understood.")),
    "REQUEST_INVALID.broken_off": Wording(msg("The body of the request was cut off.")),
    "REQUEST_INVALID.detail": Wording(msg("The request could not be understood: {detail}")),
    "REQUEST_TOO_LARGE": Wording(msg("The request is too large.")),
    "RESTORE_NOT_EMPTY": Wording(
        msg("This installation already has people or connections; restore a backup into an empty one."),
        msg("Point LELEKA_DATA_DIR (and LELEKA_DATABASE_URL) to a new location."),
    ),
    "SANDBOX_SILENT": Wording(msg("The sandbox did not start.")),
    "STOPPING": Wording(msg("Leleka is shutting down."), _TRY_AGAIN_IN_A),
    "UNKNOWN_FIELD": Wording(msg("There is no such field: {detail}.")),
    "UNKNOWN_FIELD.parameter": Wording(msg("There is no such parameter.")),
}
