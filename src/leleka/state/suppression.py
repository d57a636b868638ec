"""The suppression set: people to whom nothing may be sent, kept without their addresses."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from leleka.state.models import Account, SuppressedPerson
from leleka.state.prepared_statements import PreparedSelect

_FIRST = PreparedSelect(SuppressedPerson, ("id",), "account")


def digest(salt: str, address: str) -> str:
    """Return SHA-256 in hex of salt, colon, address; the warehouse computes the same in SQL."""
    return hashlib.sha256(f"{salt}:{address}".encode()).hexdigest()


def anybody(account_id: int) -> bool:
    """Return whether an account's set is non-empty."""
    return _FIRST.first(account_id) is not None


def among(account_id: int, addresses: Sequence[str]) -> AbstractSet[str]:
    """Return those of ``addresses`` that are in the set."""
    salt = Account.objects.only("salt").get(pk=account_id).salt
    by_digest = {digest(salt, address): address for address in addresses}
    found = SuppressedPerson.objects.filter(account=account_id, digest__in=list(by_digest))
    return {by_digest[one] for one in found.values_list("digest", flat=True)}


def among_each(addresses: Mapping[int, Sequence[str]]) -> frozenset[tuple[int, str]]:
    """Return the account and the address of each of ``addresses``, by account, that is in that account's set."""
    salts = Account.objects.filter(pk__in=addresses).values_list("pk", "salt")
    digests = {
        (account, digest(salt, address)): address for account, salt in salts for address in addresses[account]
    }
    found = SuppressedPerson.objects.filter(
        account__in=addresses, digest__in={hashed for _, hashed in digests}
    )
    pairs = found.values_list("account_id", "digest")
    return frozenset((pair[0], digests[pair]) for pair in pairs if pair in digests)
