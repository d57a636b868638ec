"""What ActiveCampaign's connections say: problems, steps of a test, and terms within sentences."""

from collections.abc import Mapping
from typing import Final

from leleka.destinations.activecampaign.doctor import messages as doctor
from leleka.messages.registry import Words
from leleka.messages.wording import Wording, msg

_COPY_THE_URL_AGAIN: Final = msg(
    "Copy the URL again from Settings › Developer: the account may have been renamed."
)
_CHECK_THE_HOST: Final = msg("Check the host.")
_IF_THIS_LASTS_CHECK: Final = msg("If this lasts, check the host: something else may answer there.")
_ENTER_THE_HOST_FROM: Final = msg(
    "Enter the host from Settings › Developer, for example youraccount.api-us1.com."
)
_CHECK_THE_HOST_AND: Final = msg("Check the host, and whether this machine can reach it.")
_TRY_AGAIN_LATER: Final = msg("Try again later.")
_COPY_THE_KEY_AGAIN: Final = msg(
    "Copy the key again from Settings › Developer; its user must exist and have the required permission."
)
_PUT_THE_USER_INTO: Final = msg("Add the user to a group that is allowed to.")
_EDIT_THE_EXPORT_AND: Final = msg("Edit the export and choose another one.")
_PROBLEMS: Final[Mapping[str, Wording]] = {
    "ACCOUNT_NOT_FOUND": Wording(
        msg("There is no ActiveCampaign account at this host ({shown})."), _COPY_THE_URL_AGAIN
    ),
    "ACCOUNT_NOT_FOUND.general": Wording(
        msg("There is no ActiveCampaign account at this host."), _CHECK_THE_HOST
    ),
    "STATUS_FILTER_IGNORED": Wording(
        msg(
            "ActiveCampaign lists contacts of every status where only some were asked for; nothing more was sent."
        ),
        msg("Please report this. Who must be left out cannot be read from this account."),
    ),
    "ANSWER_UNREADABLE": Wording(
        msg("The answer is not what ActiveCampaign sends ({shown})."), _IF_THIS_LASTS_CHECK
    ),
    "ANSWER_UNREADABLE.because": Wording(
        msg("The answer is not what ActiveCampaign sends: {reason:word}."), _IF_THIS_LASTS_CHECK
    ),
    "ANSWER_UNREADABLE.general": Wording(
        msg("The host answers, but not as ActiveCampaign does."), _CHECK_THE_HOST
    ),
    "ANSWER_UNREADABLE.list": Wording(msg("The host responds, but not with the list."), _CHECK_THE_HOST),
    "ANSWER_UNREADABLE.lists": Wording(msg("The host responds, but not with lists."), _CHECK_THE_HOST),
    "ANSWER_UNREADABLE.user": Wording(
        msg("The host responds, but does not say whom the key belongs to."), _CHECK_THE_HOST
    ),
    "ANSWER_UNREADABLE.waiting": Wording(msg("ActiveCampaign does not say what is waiting.")),
    "EXCLUSIONS_UNREADABLE.absent": Wording(msg("This account does not tell its exclusion list.")),
    "EXCLUSIONS_UNREADABLE.forbidden": Wording(
        msg("The key's user is not allowed to see the exclusion list."), _PUT_THE_USER_INTO
    ),
    "EXCLUSIONS_UNREADABLE.many": Wording(
        msg("The exclusion list is longer than {most} entries; the rest of it was not read.")
    ),
    "EXCLUSIONS_UNREADABLE.shape": Wording(msg("The host responds, but not with the exclusion list.")),
    "EXCLUSIONS_UNREADABLE.some": Wording(
        msg("Entries of the exclusion list that could not be understood: {count}."),
        msg("Please report this."),
    ),
    "HOST_NOT_ALLOWED": Wording(msg("This is not an ActiveCampaign host."), _ENTER_THE_HOST_FROM),
    "HOST_NOT_FOUND": Wording(msg("ActiveCampaign could not be asked: {reason:word}."), _CHECK_THE_HOST_AND),
    "HOST_NOT_FOUND.general": Wording(msg("This host name does not exist."), _CHECK_THE_HOST),
    "HOST_NO_ANSWER": Wording(msg("ActiveCampaign could not be asked: {reason:word}."), _CHECK_THE_HOST_AND),
    "HOST_NO_ANSWER.general": Wording(msg("The host does not answer."), _TRY_AGAIN_LATER),
    "HOST_PRIVATE_ADDRESS": Wording(
        msg("ActiveCampaign could not be asked: {reason:word}."), _CHECK_THE_HOST_AND
    ),
    "HOST_PRIVATE_ADDRESS.general": Wording(
        msg("The host is in a private network and is not contacted."), _CHECK_THE_HOST
    ),
    "HOST_REDIRECTS": Wording(
        msg("This is the wrong host: it redirects elsewhere, and the key is not sent there ({shown})."),
        _COPY_THE_URL_AGAIN,
    ),
    "HOST_REDIRECTS.general": Wording(
        msg("This is the wrong host: it redirects elsewhere, and the key is not sent there."),
        _COPY_THE_URL_AGAIN,
    ),
    "HOST_SYNTAX": Wording(msg("This is not a host name."), _ENTER_THE_HOST_FROM),
    "HOST_SYNTAX.http": Wording(msg("Only https is supported: omit http://."), _ENTER_THE_HOST_FROM),
    "HOST_SYNTAX.more": Wording(
        msg("This is not a host name: no port, path, user name or other character belongs here."),
        _ENTER_THE_HOST_FROM,
    ),
    "HOST_SYNTAX.test_host": Wording(
        msg("This test host cannot be read: it is a name or address, and a port if it needs one."),
        _ENTER_THE_HOST_FROM,
    ),
    "HOST_SYNTAX.test_https": Wording(
        msg("A test host is contacted over plain http: omit https://."), _ENTER_THE_HOST_FROM
    ),
    "HOST_UNREACHABLE": Wording(
        msg("ActiveCampaign could not be asked: {reason:word}."), _CHECK_THE_HOST_AND
    ),
    "HOST_UNREACHABLE.general": Wording(
        msg("The host cannot be reached."), msg("Check the host, and the network access from this server.")
    ),
    "KEY_REFUSED": Wording(msg("ActiveCampaign refused this key ({status})."), _COPY_THE_KEY_AGAIN),
    "KEY_REFUSED.general": Wording(msg("ActiveCampaign refused this key."), _COPY_THE_KEY_AGAIN),
    "KEY_SYNTAX": Wording(
        msg("This is not an API key: a key is one unbroken run of letters and digits."),
        msg("Copy the Key, not the URL, from Settings › Developer."),
    ),
    "LISTS_FORBIDDEN": Wording(
        msg("The key is correct, but its user is not allowed to see lists."), _PUT_THE_USER_INTO
    ),
    "LISTS_FORBIDDEN.hidden": Wording(
        msg("ActiveCampaign does not show its lists to this key."),
        msg("Test the connection; the key's user must be in a group that may see lists."),
    ),
    "LISTS_FORBIDDEN.list": Wording(
        msg("The key's user is not allowed to see list {target}."), _PUT_THE_USER_INTO
    ),
    "LIST_ID_INVALID.whole_number": Wording(
        msg("A list's id is a whole number from 1 on."), msg("Choose a list from those of the account.")
    ),
    "LIST_NOT_FOUND": Wording(msg("There is no list {target} in this account."), _EDIT_THE_EXPORT_AND),
    "LIST_NOT_FOUND.deleted": Wording(
        msg("List {target} was deleted at ActiveCampaign."), _EDIT_THE_EXPORT_AND
    ),
    "LOOKS_LIKE_SECRET": Wording(
        msg("This name looks like an API key."),
        msg("Names are shown to everyone. If it is a key, replace it at ActiveCampaign."),
    ),
    "MAP_FIELD_UNKNOWN.key": Wording(msg("There is no field '{key}' at ActiveCampaign.")),
    "REQUEST_REFUSED": Wording(msg("ActiveCampaign refused the request ({shown}).")),
    "REQUEST_REFUSED.general": Wording(msg("ActiveCampaign refused the request.")),
    "SERVER_ERROR": Wording(msg("ActiveCampaign reports an internal error ({shown}).")),
    "SERVER_ERROR.general": Wording(msg("ActiveCampaign reports an internal error."), _TRY_AGAIN_LATER),
    "THROTTLED": Wording(msg("ActiveCampaign asks for a pause ({shown}).")),
    "THROTTLED.general": Wording(msg("ActiveCampaign asks for a pause."), _TRY_AGAIN_LATER),
    "TLS_REFUSED": Wording(msg("ActiveCampaign could not be asked: {reason:word}."), _CHECK_THE_HOST_AND),
    "TLS_REFUSED.general": Wording(msg("No secure connection to the host could be made.")),
}
_PROGRESS: Final[Mapping[str, str]] = {
    "CHECK_ADDRESS": msg("{host} answers as ActiveCampaign does."),
    "CHECK_KEY": msg("ActiveCampaign accepts the key."),
    "CHECK_LISTS": msg("The key has access to lists."),
    "CHECK_LIST": msg("The list was found: {name}."),
}
_TERMS: Final = (
    msg("ActiveCampaign could not be reached"),
    msg("ActiveCampaign refused the key or a permission"),
    msg("There is no such account or endpoint here"),
    msg("The host redirects elsewhere; this is not followed"),
    msg("its contacts do not come in the requested order"),
    msg("it lacks"),
)
WORDS: Final = Words({**_PROBLEMS, **doctor.PROBLEMS}, {**_PROGRESS, **doctor.PROGRESS}, _TERMS)
