"""Problems of people: permissions, passwords, signing in, tokens."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_AN_ADMINISTRATOR_CAN_CHANGE: Final = msg("An administrator can change your role under Admin > Permissions.")
_ASK_ANOTHER_ADMINISTRATOR: Final = msg("Ask another administrator.")
_A_FEW_UNRELATED_WORDS: Final = msg("A few unrelated words make a good password.")
_THE_COMMAND_LELEKA_USER: Final = msg("The command leleka user list shows them.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "LAST_ADMINISTRATOR": Wording(
        msg("This is the last administrator who can sign in."),
        msg("Make somebody else an administrator first."),
    ),
    "LINK_UNKNOWN": Wording(
        msg("This link has already been used or has expired."), msg("Ask an administrator for a new one.")
    ),
    "NOT_ALLOWED": Wording(msg("You don't have permission to do this."), _AN_ADMINISTRATOR_CAN_CHANGE),
    "NOT_ALLOWED.action": Wording(
        msg("You don't have permission to {action:word}."), _AN_ADMINISTRATOR_CAN_CHANGE
    ),
    "NOT_ALLOWED.keys": Wording(msg("Only people who sign in can use idempotency keys.")),
    "NOT_ALLOWED.sign_in": Wording(msg("Please sign in.")),
    "NOT_ALLOWED.tokens": Wording(msg("Only people who can sign in have tokens.")),
    "NOT_ALLOWED.tokens_of_others": Wording(msg("Only the person a token belongs to can create it.")),
    "OWN_ACCOUNT": Wording(msg("You can't disable your own account."), _ASK_ANOTHER_ADMINISTRATOR),
    "OWN_ROLE": Wording(msg("You can't change your own role."), _ASK_ANOTHER_ADMINISTRATOR),
    "AUDIT_BROKEN": Wording(
        msg("The audit was changed: entry {entry} is not as it was written, or is gone."),
        msg("Compare it with a backup. Entries before it are as they were written."),
    ),
    "AUDIT_BROKEN.head": Wording(
        msg("The audit does not contain this head: its end was cut off, or it was written anew."),
        msg("Compare it with a backup from when the head was noted."),
    ),
    "PASSWORD_AGAIN": Wording(msg("The passwords do not match.")),
    "PASSWORD_COMMON": Wording(msg("This password is too common."), _A_FEW_UNRELATED_WORDS),
    "PASSWORD_LENGTH": Wording(msg("A password has {least} to {most} characters."), _A_FEW_UNRELATED_WORDS),
    "PASSWORD_NAME": Wording(msg("The password contains your name or address."), _A_FEW_UNRELATED_WORDS),
    "PASSWORD_SEQUENCE": Wording(
        msg("This password is easy to guess: a sequence, a repetition or digits alone."),
        _A_FEW_UNRELATED_WORDS,
    ),
    "PASSWORD_WRONG": Wording(msg("This is not your password.")),
    "PERSON_DISABLED": Wording(msg("This person is disabled."), msg("Enable them first.")),
    "PERSON_EXISTS": Wording(msg("A user with this e-mail address already exists.")),
    "PERSON_UNKNOWN": Wording(msg("There is no such person."), _THE_COMMAND_LELEKA_USER),
    "PERSON_UNKNOWN.named": Wording(msg("There is no person '{name}'."), _THE_COMMAND_LELEKA_USER),
    "ROLE_UNKNOWN": Wording(msg("The roles are viewer, contributor and administrator.")),
    "SIGN_IN_REFUSED": Wording(msg("The e-mail address or the password is wrong.")),
    "SIGN_IN_TOO_OFTEN": Wording(msg("Too many attempts. Try again in {seconds} s.")),
    "TOKEN_DAYS": Wording(msg("A token works for 1 to {most} days.")),
    "TOKEN_EXISTS": Wording(msg("A token with this name already exists.")),
    "TOKENS_TOO_MANY": Wording(
        msg("One person has at most {most} API tokens."), msg("Remove one that is not needed any more.")
    ),
    "TOKEN_UNKNOWN": Wording(msg("This token is not known.")),
    "TOKEN_UNKNOWN.own": Wording(msg("You have no such token.")),
    "TOKEN_UNKNOWN.request": Wording(
        msg("The request has no token, or one that is unknown or expired."),
        msg("Send Authorization: Bearer …; create a token under Your account."),
    ),
}
