"""Problems of definitions files."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

PROBLEMS: Final[Mapping[str, Wording]] = {
    "DEFINITIONS_NOT_FOUND": Wording(msg("There is no such file.")),
    "DEFINITIONS_TOO_LARGE": Wording(msg("The file is larger than {most} bytes.")),
    "DEFINITIONS_UNREADABLE": Wording(msg("The file cannot be read: {reason}.")),
    "DEFINITIONS_UNREADABLE.utf8": Wording(msg("It is not UTF-8 text.")),
    "DEFINITIONS_TOO_LARGE.parts": Wording(
        msg(
            "The file has more than {most} parts: keys, values, lists and mappings, what aliases repeat included."
        ),
        msg("Divide it, or keep long lists in a source."),
    ),
    "DEFINITIONS_YAML": Wording(msg("This is not valid YAML.")),
    "DEFINITIONS_YAML.because": Wording(msg("This is not valid YAML: {reason}.")),
    "DEFINITIONS_YAML.mapping": Wording(msg("The file must be a mapping with sources, segments, exports …")),
    "DEFINITIONS_YAML.nested": Wording(msg("The file is nested too deep.")),
    "DEFINITIONS_YAML.twice": Wording(msg("The same key appears twice.")),
    "DEFINITION_INVALID": Wording(msg("This is not valid: {detail}.")),
    "DEFINITION_INVALID.empty": Wording(msg("This must not be empty.")),
    "DEFINITION_INVALID.list": Wording(msg("This must be a list.")),
    "DEFINITION_INVALID.mapping": Wording(msg("This must be a mapping.")),
    "DEFINITION_INVALID.mark": Wording(
        msg("Mark needs a field, and two different values for member and leaver.")
    ),
    "DEFINITION_INVALID.missing": Wording(msg("This is required.")),
    "DEFINITION_INVALID.text": Wording(msg("This must be text: put it in quotes.")),
    "DEFINITION_INVALID.truth": Wording(msg("This must be true or false.")),
    "DEFINITION_INVALID.twice": Wording(msg("A setting appears twice, spelled in two ways.")),
    "DEFINITION_INVALID.unknown": Wording(
        msg("There is no such setting."),
        hints={"near": msg("Did you mean '{near}'?"), "known": msg("Available: {known}.")},
    ),
    "NAME_TWICE": Wording(msg("Two {kind:word} are called '{name}'.")),
    "PROFILES_TWICE": Wording(msg("Only one source can hold the profiles, not {number}: {sources}.")),
    "PROFILE_KEY_UNSET": Wording(msg("Source '{source}' holds the profiles and needs a primary_key.")),
    "SOURCE_CHANGES_INVALID": Wording(
        msg("changed_since needs a table and a primary_key."),
        msg("Name the primary_key, or leave changed_since out: the source is then read whole every time."),
    ),
    "SOURCE_CHANGES_INVALID.every": Wording(
        msg("'whole_every' says neither after how many readings nor after how many hours or days."),
        msg("Write a number of readings such as 24, or a time such as 24 hours or 7 days."),
    ),
    "SOURCE_CHANGES_INVALID.query": Wording(
        msg(
            "changed_since cannot be used with a query: a row that no longer meets its conditions does not come, and "
            "people who left would stay."
        ),
        msg("Name the table and let segments filter its rows, or leave changed_since out."),
    ),
    "SOURCE_CHANGES_INVALID.type": Wording(
        msg(
            "The column of changed_since is given another type here; the database compares it as it is there."
        ),
        msg("Choose a column that is a whole number, a date or a time in the database."),
    ),
    "SOURCE_PLACE_INVALID": Wording(
        msg("A source has files, or a connection with either table or query."),
        msg("Give exactly one of them."),
    ),
    "VARIABLE_MISPLACED": Wording(
        msg("${{{name}}} stands where no secret belongs."),
        msg(
            "Only API keys and other secrets of connections are taken from the environment. Write the value itself."
        ),
    ),
    "VARIABLE_NOT_ALLOWED": Wording(
        msg("The variable {name} may not be read."),
        msg("Give it a name that begins with {prefix}, or add its name to LELEKA_KEY_VARIABLES."),
    ),
    "VARIABLE_UNSET": Wording(msg("${{{name}}} is not set."), msg("Set the environment variable {name}.")),
}
