"""Clusters records with Splink 5, as its examples for data about persons do: ``by_splink.py RECORDS CLUSTERS``.

Run by the interpreter of an environment that has Splink, and nothing of Leleka. Comparisons are those made for names,
birth dates and e-mail addresses, with term frequencies; the model is trained without labels, in two sessions, and what
it predicts is clustered at the probability of the examples. Prints the seconds spent, after what is imported.
"""

import sys
from time import perf_counter
from typing import Final

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_CLUSTERED_FROM: Final = 0.95  # match probability
_PREDICTED_FROM: Final = 0.5
_PAIRS: Final = 1e7  # to learn from how often values agree by chance: what the documentation recommends
_RECALL: Final = 0.7  # what the deterministic rules are thought to find
_BLOCKING: Final = (
    block_on("email"),
    block_on("phone"),
    block_on("given_name", "family_name", "city"),
    "l.given_name = r.family_name AND l.family_name = r.given_name AND l.city = r.city",
    block_on("family_name", "birth_date"),
    block_on("given_name", "birth_date"),
    block_on("birth_date", "city"),
    block_on("street", "postcode"),
)
_CERTAIN: Final = (block_on("given_name", "family_name", "birth_date"), block_on("email", "family_name"))


def main() -> None:
    records, clusters = sys.argv[1:]
    began = perf_counter()
    api = DuckDBAPI()
    linker = Linker(api.register(duckdb.read_parquet(records, connection=api.duckdb_con)), _settings())
    training = linker.training
    training.estimate_probability_two_random_records_match(list(_CERTAIN), recall=_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=_PAIRS)
    for rule in (block_on("given_name", "family_name"), block_on("birth_date")):
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    predicted = linker.inference.predict(threshold_match_probability=_PREDICTED_FROM)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=_CLUSTERED_FROM
    )
    rows = found.as_duckdbpyrelation().project("source, key, cluster_id AS cluster")
    rows.write_parquet(clusters)
    print(perf_counter() - began)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=list(_BLOCKING),
        comparisons=[
            cl.ForenameSurnameComparison(
                "given_name", "family_name", forename_surname_concat_col_name="full_name"
            ),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("street", 0.9).configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        additional_columns_to_retain=["source", "key"],
    )


if __name__ == "__main__":
    main()
