"""E-mail addresses in their normal form: the one spelling of a mailbox, and none of an address that is nobody's."""

from typing import Final

from leleka.core.email import Address, normalise


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Before the @, at any domain: somebody had to write something, or nobody reads it.
_NOBODY: Final = _all("test testing tester none null unknown noemail no.email nomail no.mail na n.a") | _all(
    "noreply no-reply no.reply donotreply do-not-reply"
)
_NOWHERE: Final = _all(
    "test.com test.test test.ua none.com noemail.com no-email.com nomail.com no.com na.com null.com asdf.com"
)
# Addresses of documentation. Anna at example.com may still be a customer of a rehearsal.
_EXAMPLES: Final = _all("example.com example.org example.net email.com domain.com")
_USERS_OF_EXAMPLES: Final = _all("user name email mail example info someone your.name youremail a abc aaa")


def email(text: str) -> str | None:
    found = normalise(text)
    if not isinstance(found, Address):
        return None
    user, _, domain = found.key.partition("@")
    is_an_example = domain in _EXAMPLES and user in _USERS_OF_EXAMPLES
    return None if user in _NOBODY or domain in _NOWHERE or is_an_example else found.key
