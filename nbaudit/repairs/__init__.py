"""What to do instead, as code with this notebook's own names: a writer per kind of repair, looked up by check.

A check may give code of its own (`Finding.instead`); a writer here replaces it where it knows the notebook better. Code
that is no valid Python is dropped: the words of the check's page then stand alone. Imports that the notebook has not
are put in front.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from nbaudit.model.finding import Finding
from nbaudit.model.vocabulary import Role
from nbaudit.repairs import cleaning, models, networks, scaling
from nbaudit.repairs.choosing import (
    best_estimator,
    candidates,
    cluster_search,
    compare,
    mixture,
    own_result,
    search,
    threshold,
)
from nbaudit.repairs.code import Known, Writer, bare_targets, first
from nbaudit.repairs.data import checked_join, clipped, kept, looked_at, portable_path, redundant, whole_read
from nbaudit.repairs.leaks import (
    encoded,
    fill,
    filled_by_kind,
    filled_from_training,
    limits_from_train,
    not_anew,
    on_both_parts,
    pipeline,
    resampled,
    same_dummies,
    scaled,
    scaled_too,
    scaled_used,
)
from nbaudit.repairs.measuring import (
    against_the_mean,
    balanced,
    booster_by_folds,
    fitting_metric,
    forecast_held_out,
    formula_held_out,
    grouped,
    held_out,
    measured_too,
    report,
    seeded,
    silhouette,
    stratified,
    with_argument,
)
from nbaudit.workflow import Workflow
from nbaudit.workflow.names import Names, is_code


def with_repairs(workflow: Workflow, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, each with code to use instead where a writer for its check has some."""
    known = Known(workflow.notebook)
    return tuple(_repaired(workflow, finding, known) for finding in findings)


def _repaired(workflow: Workflow, finding: Finding, known: Known) -> Finding:
    writer = _WRITERS.get(finding.check)
    names = Names(workflow, finding)
    code = writer(names).strip("\n") if writer is not None else ""
    if not is_code(code):
        code = known.fitted(finding.instead, names)
    code = bare_targets(known.with_imports(code))
    return finding if code == finding.instead else replace(finding, instead=code)


_WRITERS: Mapping[str, Writer] = {
    "scaler-fitted-on-test-rows": first(pipeline(Role.SCALE), scaling.from_training, on_both_parts(Role.SCALE)),
    "selection-learned-from-test-rows": first(
        pipeline(Role.SELECT, Role.REDUCE), on_both_parts(Role.SELECT, Role.REDUCE), redundant
    ),
    "fill-learned-from-test-rows": first(fill, cleaning.by_imputer, cleaning.filled_by_value),
    "encoding-learned-from-test-rows": encoded,
    "partial-read": first(whole_read, cleaning.read_whole),
    "data-never-looked-at": first(looked_at, cleaning.looked_at_any),
    "blanket-constant-fill": filled_by_kind,
    "dummies-made-apart": same_dummies,
    "repair-thrown-away": kept,
    "scaler-output-never-used": first(
        scaled_used, cleaning.trained_on_result, scaling.from_training, on_both_parts(Role.SCALE)
    ),
    "vocabulary-learned-from-test-rows": first(
        models.words_of_two_parts, on_both_parts(Role.VECTORISE), models.words_of_training
    ),
    "resampled-before-split": first(resampled, models.resampled_by_hand),
    "test-rows-resampled": resampled,
    "scaler-fitted-anew-on-test-rows": first(not_anew, scaling.from_training),
    "encoder-fitted-anew-on-test-rows": first(not_anew, encoded),
    "fill-learned-anew-on-test-rows": first(filled_from_training, cleaning.by_imputer),
    "outlier-rule-learned-from-test-rows": first(
        limits_from_train, cleaning.limits_of_training, cleaning.quantile_transform
    ),
    "target-limited-before-split": limits_from_train,
    "personal-path": first(portable_path, cleaning.from_a_file),
    "split-without-seed": first(seeded, with_argument("random_state=0", Role.SPLIT)),
    "random-split-of-time-ordered-rows": first(
        with_argument("shuffle=False", Role.SPLIT, "# the rows sorted by time first\n"), models.folds_in_order
    ),
    "imbalanced-split-without-stratification": stratified,
    "groups-on-both-sides": grouped,
    "setting-chosen-on-test-rows": search,
    "setting-picked-on-reported-rows": search,
    "search-over-test-rows": first(search, models.searched_on_part),
    "values-never-tuned": first(search, cluster_search, models.components_looked_at, networks.learning_rates),
    "one-hyperparameter-tuned": first(search, cluster_search, networks.learning_rates),
    "few-settings-tried": first(search, cluster_search, networks.learning_rates),
    "some-models-left-untuned": first(search, networks.learning_rates),
    "search-by-accuracy-on-uneven-classes": with_argument('scoring="f1_macro"', Role.BUILD),
    "search-result-not-used": best_estimator,
    "other-values-than-found": best_estimator,
    "blend-never-measured": mixture,
    "result-of-another-search-reported": first(own_result, best_estimator),
    "model-picked-on-reported-rows": compare,
    "candidates-judged-differently": compare,
    "models-compared-on-different-splits": compare,
    "single-algorithm": first(
        networks.before_training, candidates, networks.guessed, models.naive_forecast, networks.simplest_network
    ),
    "candidates-of-one-family": first(candidates, networks.guessed, networks.simplest_network),
    "threshold-set-on-test-rows": threshold,
    "relations-looked-at-and-left": redundant,
    "features-never-selected": redundant,
    "candidate-never-evaluated": measured_too,
    "stopped-on-reported-rows": first(
        networks.stopping, networks.rounds_by_folds, networks.stopping_on_loader, networks.third_part
    ),
    "stopping-is-all-the-tuning": first(search, networks.learning_rates),
    "features-not-scaled": first(networks.scaled_batches, scaled, scaling.from_training),
    "scaled-for-some-models-only": first(networks.scaled_batches, scaled_too, scaled, scaling.from_training),
    "accuracy-alone": report,
    "metric-does-not-fit-task": fitting_metric,
    "one-figure-for-regression": against_the_mean,
    "never-measured-on-held-out-rows": first(
        held_out, networks.part_of_loader, forecast_held_out, formula_held_out, booster_by_folds
    ),
    "tested-on-training-rows": first(
        held_out, networks.part_of_loader, forecast_held_out, formula_held_out, booster_by_folds
    ),
    "training-scores-alone": first(
        held_out, networks.part_of_loader, forecast_held_out, formula_held_out, booster_by_folds
    ),
    "model-never-evaluated": first(forecast_held_out, formula_held_out, measured_too),
    "clustering-never-measured": silhouette,
    "imbalance-not-answered": first(balanced, models.weighted),
    "outliers-shown-and-left": first(clipped, cleaning.within_quartiles),
    "join-never-checked": checked_join,
    "source-not-joined": cleaning.source_joined,
    "source-left-out-of-join": cleaning.source_joined,
    "joined-by-position": cleaning.joined_by_key,
    "other-data-after-an-error": cleaning.errors_named,
    "read-errors-swallowed": cleaning.errors_named,
    "cleaning-errors-swallowed": cleaning.errors_named,
    "interactive-source": cleaning.from_a_file,
    "quantities-left-as-text": cleaning.numbers_from_text,
    "saved-index-as-feature": cleaning.index_read,
    "wrong-separator-or-header": cleaning.other_separator,
    "outliers-never-looked-for": cleaning.boxes,
    "outlier-rule-on-codes": cleaning.within_quartiles,
    "outlier-rule-with-wrong-formula": cleaning.within_quartiles,
    "outliers-dropped-from-one-side": cleaning.kept_in_step,
    "incomplete-rows-dropped-from-one-side": cleaning.kept_in_step,
    "duplicates-dropped-from-one-side": cleaning.kept_in_step,
    "trimmed-rows-never-used": first(cleaning.trained_on_result, cleaning.go_on_with, kept),
    "gaps-treated-in-unused-copy": first(cleaning.trained_on_result, cleaning.go_on_with, kept),
    "selection-never-used": first(
        models.selection_used, cleaning.trained_on_result, on_both_parts(Role.SELECT, Role.REDUCE)
    ),
    "earlier-labels-among-features": cleaning.columns_dropped,
    "feature-computed-from-target": cleaning.columns_dropped,
    "target-made-of-features": cleaning.columns_dropped,
    "target-among-features": cleaning.columns_dropped,
    "identifier-among-features": cleaning.columns_dropped,
    "score-that-does-not-fit": models.fitting_score,
    "gaps-shown-and-left": first(cleaning.gaps_filled, cleaning.gaps_of_table),
    "test-rows-left-with-gaps": first(cleaning.gaps_filled, cleaning.by_imputer),
    "impossible-values-left": cleaning.impossible_as_gaps,
    "impossible-constant-fill": cleaning.filled_by_value,
    "unordered-rows-filled-from-neighbours": first(cleaning.filled_by_value, filled_by_kind),
    "gap-handling-thrown-away": kept,
    "incomplete-rows-dropped-blindly": cleaning.loss_looked_at,
    "target-imputed": cleaning.target_rows_dropped,
    "most-rows-thrown-away": first(balanced, models.weighted),
    "resampled-and-weighted": models.one_answer,
    "synthetic-rows-between-category-codes": models.for_categories,
    "coerced-gaps-left": cleaning.gaps_of_parse,
    "parse-loses-values": cleaning.gaps_of_parse,
    "duplicates-counted-and-kept": cleaning.duplicates_dropped,
    "only-training-rows-cleaned": cleaning.both_cleaned,
    "categories-lost-in-mapping": cleaning.all_categories,
    "compared-with-absent-value": cleaning.values_shown,
    "copies-dropped-after-split": cleaning.copies_first,
    "rows-shared-by-parts": cleaning.copies_first,
    "pattern-matches-too-much": cleaning.narrow_pattern,
    "rows-dropped-by-hand": cleaning.shown_by_number,
    "rows-made-equal-before-deduplication": cleaning.duplicates_dropped,
    "features-left-unscaled": scaling.left_columns,
    "pixels-scaled-in-training-only": scaling.as_in_training,
    "scaled-in-training-only": scaling.as_in_training,
    "class-label-scaled": scaling.label_apart,
    "dummies-scaled-with-the-rest": scaling.numbers_alone,
    "identifiers-scaled-with-the-rest": scaling.numbers_alone,
    "error-in-scaled-units": scaling.errors_in_units,
    "row-normaliser-used-as-scaler": scaling.columns_scaled,
    "scaled-twice": scaling.once_scaled,
    "most-rows-held-out": models.smaller_test,
    "network-trained-on-over-folds": models.anew_in_each_fold,
    "split-parts-swapped": models.parts_in_order,
    "split-seed-picked-by-score": models.many_splits,
    "validation-rows-of-one-kind": models.validation_apart,
    "orders-read-by-eye": first(models.orders_tried, cluster_search),
    "shuffled-folds-in-search-over-time": models.folds_in_order,
    "loss-alone": models.report_of_booster,
    "scored-against-own-predictions": models.against_truth,
}

__all__ = ["with_repairs"]
