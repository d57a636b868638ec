"""Problems of the rules of segments, and of measures."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_THERE_ARE: Final = msg("Available: {known}.")
_DID_YOU_MEAN: Final = msg("Did you mean '{near}'?")
_WRITE_THE_DAY_AS: Final = msg("Write the day as 2026-12-31.")
_WRITE_DAYS_OR: Final = msg("Write '30 days' or 30.")
_WRITE_IT_WITHOUT_QUOTES: Final = msg("Write it without quotes.")
_WRITE_LONG_LISTS_AS: Final = msg("Write long lists as JSON, or in a definitions file.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "ADDRESSES_COLUMN_GONE": Wording(
        msg("Addresses are looked for in column '{column}', which source '{source}' no longer has."),
        msg(
            "Bring the column back, or replace the list by one with ids or with addresses of another column."
        ),
    ),
    "LIST_EMPTY": Wording(msg("The list has no entry."), msg("Give at least one id or address.")),
    "LIST_EMPTY.unusable": Wording(
        msg("None of the entries can be used: they are no ids, or no e-mail addresses."),
        msg("Check that the first column of the file has the ids, or the addresses."),
    ),
    "LIST_FILE": Wording(
        msg("The file '{file}' cannot be read."),
        msg("Its path is told from the folder of the definitions file."),
    ),
    "LIST_FILE.alone": Wording(
        msg("The file '{file}' cannot be read."), msg("Check the path and its permissions.")
    ),
    "LIST_IN_USE": Wording(
        msg("This list is in use by {users}."), msg("Take it out of the rules of these segments first.")
    ),
    "LIST_LOST": Wording(
        msg("The entries of the list '{name}' are lost or damaged."), msg("Give them again.")
    ),
    "LIST_NOT_TEXT": Wording(
        msg("The file is not text in UTF-8."), msg("Save it as CSV in UTF-8, one entry a line.")
    ),
    "LIST_TOO_LONG": Wording(
        msg("A list has at most {most} entries."), msg("Make a data source of it, or several lists.")
    ),
    "LIST_WITHOUT_FILE": Wording(
        msg("The list '{name}' has no file here, and there are no entries of it in this installation."),
        msg("Name a file with its entries: leleka definitions --lists writes one."),
    ),
    "LIST_UNKNOWN": Wording(msg("There is no such list.")),
    "LIST_UNKNOWN.named": Wording(msg("There is no list '{name}'.")),
    "MEASURE_BROKEN": Wording(
        msg("It needs measure '{name}', which cannot be calculated: {problem}"), "{problem:remedy}"
    ),
    "MEASURE_IDENTIFYING": Wording(
        msg(
            "Column '{column}' of source '{source}' identifies people: its most frequent value is not shown."
        ),
        msg("Choose another column. If this one does not identify anybody, change what it contains."),
    ),
    "MEASURE_IN_USE": Wording(
        msg("This measure is in use by {users}."), msg("Remove it from these segments and exports first.")
    ),
    "MEASURE_IN_USE.name": Wording(
        msg("This measure is in use by {users}, which know it by its name."), msg("Keep the name.")
    ),
    "MEASURE_IN_USE.staying": Wording(
        msg("This measure is in use by segments or exports that stay: {users}."),
        msg("Put it back into the file, or change these."),
    ),
    "MEASURE_IN_USE.type": Wording(
        msg("This measure is in use by {users}; its values would be {type:word} instead of {before:word}."),
        msg("Create another measure, or remove it from these first."),
    ),
    "MEASURE_NAME_IS_COLUMN": Wording(
        msg("Source '{source}' has a column '{name}'."), msg("Give the measure another name.")
    ),
    "MEASURE_OF_MEASURE": Wording(
        msg("'{name}' is a measure; a measure is made of columns."), msg("Choose a column.")
    ),
    "MEASURE_SHAPE.aggregate": Wording(
        msg("Expected exactly one of: {aggregates}."), msg("Write 'count: rows' or 'sum: <column>'.")
    ),
    "MEASURE_SHAPE.by": Wording(
        msg("'{aggregate}' needs the column that rows are ordered by."),
        msg("Write 'by: <column>', a date or a number."),
    ),
    "MEASURE_SHAPE.count": Wording(msg("'count' counts rows."), msg("Write 'count: rows'.")),
    "MEASURE_SHAPE.heads": Wording(msg("Expected exactly one of: {heads}.")),
    "MEASURE_SHAPE.mapping": Wording(
        msg("Expected a measure, got {got:word}."), msg("Write for example 'related: orders, count: rows'.")
    ),
    "MEASURE_SHAPE.no_column": Wording(
        msg("No column is used here: everybody would have the same value."),
        msg("Write 'column:' and its name."),
    ),
    "MEASURE_SHAPE.not_by": Wording(
        msg("'{aggregate}' does not depend on an order."), msg("Leave 'by' out, or use 'first' or 'last'.")
    ),
    "MEASURE_SHAPE.part": Wording(
        msg("Expected a column, a text or a function, got {got:word}."), msg("Write 'column:' and its name.")
    ),
    "MEASURE_SHAPE.parts": Wording(msg("'{head}' takes a list of one to {most} parts.")),
    "MEASURE_SHAPE.path": Wording(msg("A measure follows one to {most} relationships.")),
    "MEASURE_SHAPE.scalar": Wording(
        msg("Expected a text, a number, true or false, got {got:word}."), msg("Write the value in quotes.")
    ),
    "MEASURE_SHAPE.text": Wording(
        msg("The text is longer than {most} characters, or contains an invalid character.")
    ),
    "MEASURE_SHAPE.values": Wording(
        msg("'map' takes a mapping of one to {most} values."),
        msg("Write 'values:', and below it 'from: to' for each value."),
    ),
    "MEASURE_SOURCE_UNREAD": Wording(
        msg("Source '{source}' has not been read yet."), msg("Refresh the data sources first.")
    ),
    "MEASURE_TOO_DEEP": Wording(msg("Functions nest at most {most} levels deep.")),
    "MEASURE_TOO_LARGE": Wording(
        msg("The sum does not fit in 64 bits. Profiles concerned: {profiles}."),
        msg("Narrow the conditions, or have the column read as a number."),
    ),
    "MEASURE_TYPE.coalesce": Wording(
        msg("The parts of 'coalesce' have different types: {types:word}."), msg("Use parts of one type.")
    ),
    "MEASURE_TYPE.map": Wording(
        msg("The results of 'map' have different types: {types:word}."), msg("Write all of them in quotes.")
    ),
    "MEASURE_UNKNOWN": Wording(msg("There is no such measure.")),
    "MEASURE_UNKNOWN.listed": Wording(msg("There is no measure '{name}'."), hints={"known": _THERE_ARE}),
    "MEASURE_UNKNOWN.named": Wording(msg("There is no measure '{name}'.")),
    "NAME_TAKEN.measure": Wording(msg("A measure '{name}' already exists.")),
    "NAME_TAKEN.list": Wording(msg("A list '{name}' already exists.")),
    "RULE_CYCLE": Wording(
        msg("A segment cannot be made of itself: {cycle}."), msg("Take one of these rules out.")
    ),
    "RULE_EMPTY_LIST.months": Wording(msg("'month of' needs at least one month.")),
    "RULE_EMPTY_LIST.path": Wording(msg("The path is empty."), msg("Name at least one relationship.")),
    "RULE_EMPTY_LIST.rules": Wording(msg("The list of rules is empty."), msg("Write at least one rule.")),
    "RULE_EMPTY_LIST.values": Wording(msg("The list is empty."), msg("Name at least one value.")),
    "RULE_SEVERAL_PATHS": Wording(
        msg("Several paths lead to the table '{name}'."),
        hints={"choices": msg("Write 'related:' and one of them: {choices}.")},
    ),
    "RULE_SHAPE.case": Wording(msg("'{operator}' has no case to ignore."), msg("Leave it out.")),
    "RULE_SHAPE.column_name": Wording(
        msg("The name of a column must be text, not {got:word}."), msg("Write the name in quotes.")
    ),
    "RULE_SHAPE.count": Wording(msg("'count' counts rows."), msg("Write 'count: rows, \">=\": 3'.")),
    "RULE_SHAPE.heads": Wording(msg("A rule has exactly one of: {heads}.")),
    "RULE_SHAPE.key": Wording(msg("A key is not text."), msg("Write the keys in quotes.")),
    "RULE_SHAPE.list": Wording(msg("Expected a list of rules, got {got:word}.")),
    "RULE_SHAPE.measure": Wording(
        msg("Expected exactly one of: {measures}."),
        msg("Write 'exists: true', 'count: rows' or 'sum: <column>'."),
    ),
    "RULE_SHAPE.no_operator": Wording(msg("The rule has no operator."), msg("Write for example 'is: high'.")),
    "RULE_SHAPE.operators": Wording(
        msg("One rule has one operator; this one has {operators}."), msg("Write two rules under 'all'.")
    ),
    "RULE_SHAPE.rule": Wording(
        msg("Expected a rule, got {got:word}."),
        hints={"is_list": msg("Begin a list of rules with 'all' or 'any'.")},
    ),
    "RULE_SHAPE.sets_of_profiles": Wording(
        msg("'{head}' joins sets of profiles, not of related rows."), msg("Use 'all', 'any' and 'not' here.")
    ),
    "RULE_SHAPE.two_sets": Wording(msg("'{head}' joins at least two sets.")),
    "RULE_SHAPE.unknown": Wording(msg("Nothing here is called '{name}'."), hints={"near": _DID_YOU_MEAN}),
    "RULE_SHAPE.value": Wording(msg("'{operator}' needs a value."), msg("Write 'value: …'.")),
    "RULE_SHAPE.beside": Wording(
        msg("Here stands a value, or another column of the same table."), msg("Write '{{column: …}}'.")
    ),
    "RULE_SHAPE.by": Wording(
        msg("'{measure}' needs the column that rows are ordered by."),
        msg("Write 'by: <column>', a date or a number."),
    ),
    "RULE_SHAPE.not_by": Wording(
        msg("'{measure}' does not depend on an order."), msg("Leave 'by' out, or use 'first' or 'last'.")
    ),
    "RULE_SHAPE.of_profiles": Wording(
        msg("'{head}' is about profiles, not about related rows."), msg("Write this rule outside 'where'.")
    ),
    "RULE_SHAPE.random_share": Wording(
        msg("'random share' takes a mapping."),
        msg("Write 'random share: {{seed: \"2026 spring\", from: 0, to: 10}}'."),
    ),
    "RULE_SHAPE.step": Wording(
        msg("A step of a path is the name of a relationship, or its name and a rule."),
        msg("Write '{{relationship: …, where: …}}'."),
    ),
    "RULE_PROBLEMS_MORE": Wording(msg("{left} more problems are not shown."), msg("Correct these first.")),
    "RULE_TOO_DEEP.nesting": Wording(msg("Rules nest at most {most} levels deep.")),
    "RULE_TOO_DEEP.relationships": Wording(msg("A rule follows at most {most} relationships.")),
    "RULE_TOO_DEEP.text": Wording(msg("Brackets, lists and mappings nest at most {most} levels deep.")),
    "RULE_TOO_LARGE.conditions": Wording(
        msg("A segment has at most {most} conditions."), msg("Put the values into one 'any of' list.")
    ),
    "RULE_TOO_LARGE.list": Wording(msg("A list has at most {most} values.")),
    "RULE_TOO_LARGE.parts": Wording(
        msg("Rules written as YAML have at most {most} parts: keys, values, lists and mappings."),
        _WRITE_LONG_LISTS_AS,
    ),
    "RULE_TOO_LARGE.yaml": Wording(
        msg("Rules written as YAML have at most {most} characters."), _WRITE_LONG_LISTS_AS
    ),
    "RULE_TOO_LARGE.text": Wording(msg("Rules have at most {most} characters.")),
    "RULE_TYPE.beside": Wording(
        msg("A column of {type:word} cannot be compared with one of {other:word}."),
        msg("Choose two columns of one type."),
    ),
    "RULE_TYPE.between": Wording(
        msg("'between' takes a list of two values."), msg("Write 'between: [lowest, highest]'.")
    ),
    "RULE_TYPE.date": Wording(msg("Expected a date, got {got:word}."), _WRITE_THE_DAY_AS),
    "RULE_TYPE.days": Wording(msg("Expected a number of days, got {got:word}."), _WRITE_DAYS_OR),
    "RULE_TYPE.integer": Wording(
        msg("Expected a whole number, got {got:word}."), hints={"unquote": _WRITE_IT_WITHOUT_QUOTES}
    ),
    "RULE_TYPE.list": Wording(msg("Expected a list, got {got:word}."), msg("Write '[a, b]'.")),
    "RULE_TYPE.measure": Wording(
        msg("'{measure}' cannot be taken of {type:word}."), msg("It takes: {allowed:word}.")
    ),
    "RULE_TYPE.month": Wording(msg("A month is a number."), msg("Write 1 for January, 12 for December.")),
    "RULE_TYPE.number": Wording(
        msg("Expected a number, got {got:word}."), hints={"unquote": _WRITE_IT_WITHOUT_QUOTES}
    ),
    "RULE_TYPE.one_value": Wording(
        msg("'{operator}' takes one value."), hints={"is_list": msg("Use 'any of' for a list.")}
    ),
    "RULE_TYPE.share": Wording(
        msg("Expected a number of rows or a percentage, got {got:word}."), msg('Write 100 or "10 %".')
    ),
    "RULE_TYPE.text": Wording(
        msg("The column contains text; got {got:word}."), hints={"quote": msg("Write it in quotes.")}
    ),
    "RULE_TYPE.truth": Wording(
        msg("Expected true or false, got {got:word}."), hints={"unquote": _WRITE_IT_WITHOUT_QUOTES}
    ),
    "RULE_UNKNOWN_COLUMN": Wording(
        msg("The table '{table}' has no column '{name}'."), hints={"near": _DID_YOU_MEAN}
    ),
    "RULE_UNKNOWN_LIST": Wording(msg("There is no list {name:word}."), hints={"near": _DID_YOU_MEAN}),
    "RULE_UNKNOWN_OPERATOR": Wording(
        msg("{name:word} is not an operator for {type:word}."),
        hints={"near": _DID_YOU_MEAN, "allowed": msg("Allowed: {allowed}.")},
    ),
    "RULE_UNKNOWN_RELATIONSHIP": Wording(
        msg("No relationship {name:word} leads to the table '{table}'."),
        msg("Declare the relationship first."),
        hints={"known": msg("Available: {known}.")},
    ),
    "RULE_UNKNOWN_RELATIONSHIP.column": Wording(
        msg(
            "The relationship '{name}' needs the column '{column}' of the table '{table}', which is not "
            "there."
        ),
        msg("Correct the relationship."),
    ),
    "RULE_UNKNOWN_SEGMENT": Wording(msg("There is no segment {name:word}."), hints={"near": _DID_YOU_MEAN}),
    "RULE_UNKNOWN_TABLE": Wording(msg("There is no table {name:word}."), hints={"near": _DID_YOU_MEAN}),
    "RULE_UNKNOWN_TABLE.path": Wording(
        msg("No relationship leads from the table '{table}' to the table '{name}'."),
        msg("Declare the relationship first."),
    ),
    "RULE_VALUE.between": Wording(
        msg("The first value is above the second."), msg("Both ends are included; the lower one comes first.")
    ),
    "RULE_VALUE.character": Wording(msg("The text contains an invalid character.")),
    "RULE_VALUE.date": Wording(msg("The text is not a date."), _WRITE_THE_DAY_AS),
    "RULE_VALUE.days": Wording(msg("The number of days is 1 to {most}."), _WRITE_DAYS_OR),
    "RULE_VALUE.empty": Wording(msg("The text is empty."), msg("Use 'is empty'.")),
    "RULE_VALUE.empty_text": Wording(
        msg("'{operator}' needs a text that is not empty."), msg("Use 'is empty' or 'is not empty'.")
    ),
    "RULE_VALUE.exists": Wording(msg("'exists' takes true or false.")),
    "RULE_VALUE.integer": Wording(msg("The number does not fit in 64 bits.")),
    "RULE_VALUE.month": Wording(msg("A month is from 1 to 12.")),
    "RULE_VALUE.note": Wording(msg("A note has at most {most} characters.")),
    "RULE_VALUE.number": Wording(msg("The number is not finite, or too large.")),
    "RULE_VALUE.only_true": Wording(msg("'{operator}' takes only true."), msg("Write '{operator}: true'.")),
    "RULE_VALUE.period": Wording(msg("The period is one of: {periods}.")),
    "RULE_VALUE.random_share": Wording(
        msg(
            "A random share lies between 0 and 100 percent, with at most two decimals; 'from' is below 'to'."
        ),
        msg("Write 'from: 0, to: 10' for a tenth."),
    ),
    "RULE_VALUE.seed": Wording(
        msg("'seed' is a text of 1 to {most} characters; the same seed selects the same profiles."),
        msg("Write 'seed: \"2026 spring\"'."),
    ),
    "RULE_VALUE.share": Wording(msg("The number of rows is at least 1, a percentage at most 100.")),
    "RULE_YAML": Wording(msg("This is not valid YAML.")),
    "RULE_YAML.aliases": Wording(msg("Anchors and aliases of YAML are not supported here.")),
    "RULE_YAML.line": Wording(msg("This is not valid YAML (line {line:id}).")),
    "RULE_YAML.number": Wording(msg("A number is too large, or the rules are nested too deeply.")),
}
