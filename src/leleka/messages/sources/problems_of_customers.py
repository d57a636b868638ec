"""What can be wrong with looking for customers and looking at one."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

PROBLEMS: Final[Mapping[str, Wording]] = {
    "CUSTOMER_UNKNOWN": Wording(
        msg("There is no such customer in the profiles as last read."),
        msg("Look for them anew: they may have been removed, or have another key now."),
    ),
    "CUSTOMERS_COLUMN": Wording(
        msg("Column '{column}' cannot be searched: it is not in the profiles, or it holds dates or amounts."),
        msg("Choose columns with words or identifiers; filter by the others."),
    ),
    "CUSTOMERS_COLUMNS": Wording(
        msg("Between 1 and {most} columns can be searched."),
        msg("Choose the columns that tell who somebody is or how to reach them."),
    ),
    "CUSTOMERS_COLUMNS.not_profiles": Wording(
        msg("Customers are searched by columns of the profiles, and source '{source}' does not hold them."),
        msg("Write searched at the source with profiles: true."),
    ),
    "CUSTOMERS_FILTER": Wording(
        msg("A filter of customers is one condition on a column of the profiles or on a measure."),
        msg("Put everything else into the rules of a segment."),
    ),
    "CUSTOMERS_NOT_PICKED": Wording(
        msg("No customer is chosen."), msg("Choose customers in the list, then what to do with them.")
    ),
    "CUSTOMERS_NOT_PICKED.many": Wording(
        msg("At most {most} customers can be chosen at once."),
        msg("Choose fewer, and the others after them."),
    ),
    "CUSTOMERS_NOT_PICKED.none": Wording(
        msg(
            "None of the chosen customers can be put into this list: they are gone, or have no such address."
        ),
        msg("Look for them again, or choose a list of ids."),
    ),
    "CUSTOMERS_MASKED": Wording(
        msg("Column '{column}' is masked for you, so customers cannot be found by its values."),
        msg("Use columns that are classed as harmless, or ask somebody who may see personal data."),
    ),
    "CUSTOMERS_NOT_INDEXED": Wording(
        msg("The profiles are not indexed yet as they are now, so words cannot be looked for."),
        msg("Refresh the source of the profiles: the refresh makes the index."),
    ),
    "CUSTOMERS_NOT_READ": Wording(
        msg(
            "There are no customers: no source with a primary key holds the profiles, or it was not read yet."
        ),
        msg("Add the source of the profiles and refresh it."),
    ),
    "WHY_NO_ADDRESSES": Wording(
        msg(
            "It is not known which column of '{source}' has the e-mail addresses, so nobody is found by one."
        ),
        msg(
            "Say which it is at the source, or make an export; a customer's page answers without an address."
        ),
    ),
    "WHY_NO_ADDRESS": Wording(
        msg("This customer has no usable e-mail address, so no account can be asked about them."),
        msg("Correct the address in the source and refresh it."),
    ),
}
