"""The library tables: every row parses, points at rows that exist, and agrees with the installed libraries."""

from __future__ import annotations

import importlib.util
import inspect
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbaudit.errors import TableError
from nbaudit.knowledge.check import check, misfit, resolve
from nbaudit.knowledge.draft import draft
from nbaudit.knowledge.schema import CallRow, Port, Row, TypeRow
from nbaudit.knowledge.tables import Tables

CHECKED = [
    "boruta",
    "catboost",
    "category_encoders",
    "feature_engine",
    "hdbscan",
    "hyperopt",
    "imblearn",
    "joblib",
    "kmodes",
    "lightgbm",
    "missingno",
    "mlxtend",
    "optuna",
    "pickle",
    "pmdarima",
    "prophet",
    "scipy",
    "sklearn",
    "skopt",
    "skrub",
    "statsmodels",
    "xgboost",
    "yellowbrick",
]
"""Libraries whose rows are held against their signatures where they are installed."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables()


@pytest.fixture(scope="module")
def rows(tables: Tables) -> list[Row]:
    return list(tables.all_rows())


def test_every_row_parses(rows: list[Row]) -> None:
    assert {"sklearn.rows", "pandas.rows", "families.rows"} <= {row.ref.partition(":")[0] for row in rows}


def test_every_base_and_type_names_a_row(tables: Tables, rows: list[Row]) -> None:
    stray = []
    for row in rows:
        named = row.bases if isinstance(row, TypeRow) else (row.type,) if isinstance(row, CallRow) else ()
        stray += [f"{row.ref}: {name}" for name in named if name and tables.type(tables.canonical(name)) is None]
    assert stray == []


def test_every_base_chain_ends(tables: Tables, rows: list[Row]) -> None:
    """A family that is itself again gives no endless walk, and no type is its own base."""
    assert [row.ref for row in rows if isinstance(row, TypeRow) and row.name in row.bases] == []


def test_no_row_hides_another(rows: list[Row]) -> None:
    """After a row without condition, a further row of that name and relation can never be chosen."""
    seen: dict[tuple[str, type], str] = {}
    hidden = []
    for row in rows:
        key = (row.name, type(row))
        if key in seen:
            hidden.append(f"{row.ref} ({row.name}) behind {seen[key]}")
        elif not isinstance(row, CallRow) or row.when is None:
            seen[key] = row.ref
    assert hidden == []


def test_aliases_end_at_another_name(tables: Tables, rows: list[Row]) -> None:
    loops = [alias for alias, canonical in tables.aliases() if not canonical or tables.canonical(alias) == alias]
    assert loops == []


def test_wrappers_say_where_their_model_is(rows: list[Row]) -> None:
    shapes = ("pipeline", "columns", "search", "ensemble")
    lost = [
        row.ref
        for row in rows
        if isinstance(row, TypeRow) and row.shape.value in shapes and row.inner is None and row.name[0] != "~"
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("tipe lib.A", "lib.rows:2: a row is"),
        ("type lib.A role=scael", "lib.rows:2: Role has no `scael`; did you mean `scale`?"),
        ("type lib.A family=tre", "lib.rows:2: Family has no `tre`; did you mean `tree`?"),
        ("type lib.A task=regresion", "lib.rows:2: Task has no `regresion`; did you mean `regression`?"),
        ("type lib.A shape=pipline", "lib.rows:2: Shape has no `pipline`; did you mean `pipeline`?"),
        ("type lib.A traits=tunable,robst", "lib.rows:2: Trait has no `robst`; did you mean `robust`?"),
        ("type lib.A fmily=tree", "lib.rows:2: a type row has no key `fmily`; did you mean `family`?"),
        ("call lib.f dta=X:0", "lib.rows:2: a call row has no key `dta`; did you mean `data`?"),
        ("call lib.f does=fitt", "lib.rows:2: Does has no `fitt`; did you mean `fit`?"),
        ("call lib.f gives=tabel", "lib.rows:2: Kind has no `tabel`; did you mean `table`?"),
        ("call lib.f rows=subst", "lib.rows:2: RowsEffect has no `subst`; did you mean `subset`?"),
        ("call lib.f columns=dropp:a", "lib.rows:2: columns has no `dropp`; did you mean `drop`?"),
        ("call lib.f data=X:0 learns=y", "lib.rows:2: learns from `y`, which is no data port of the row"),
        (
            "call lib.f data=X:first",
            "lib.rows:2: `X:first` is no port; write `name:position`, `name` or `*name:position`",
        ),
        ("call lib.f role=fit role=fit", "lib.rows:2: `role` is given twice"),
        ("call lib.f role", "lib.rows:2: `role` is not key=value"),
        ("call lib.f when=shuffle", "lib.rows:2: when is `keyword:literal`"),
    ],
)
def test_a_bad_row_says_file_line_and_nearest_word(tmp_path: Path, row: str, sentence: str) -> None:
    (tmp_path / "lib.rows").write_text(f"# a comment\n{row}\n", encoding="utf-8")
    with pytest.raises(TableError) as raised:
        list(Tables(tmp_path).all_rows())
    assert str(raised.value).startswith(sentence)


def test_first_condition_that_holds_stands_first(tables: Tables) -> None:
    split = [row for row in tables.rows("sklearn.model_selection.train_test_split") if isinstance(row, CallRow)]
    assert split[0].when == ("shuffle", "False")
    assert split[-1].when is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sklearn.cross_validation.train_test_split", "sklearn.model_selection.train_test_split"),
        ("sklearn.grid_search.GridSearchCV", "sklearn.model_selection.GridSearchCV"),
        ("sklearn.externals.joblib.dump", "joblib.dump"),
        ("sklearn.preprocessing.Imputer", "sklearn.impute.SimpleImputer"),
        ("sklearn.ensemble.gradient_boosting.GradientBoostingRegressor", "sklearn.ensemble.GradientBoostingRegressor"),
        ("sklearn.metrics.calinski_harabaz_score", "sklearn.metrics.calinski_harabasz_score"),
        ("statsmodels.tsa.arima_model.ARIMA", "statsmodels.tsa.api.ARIMA"),
        ("statsmodels.api.tsa.statespace.SARIMAX", "statsmodels.tsa.api.SARIMAX"),
        ("statsmodels.api.tsa.SARIMAX", "statsmodels.tsa.api.SARIMAX"),
        ("statsmodels.api.graphics.tsa.plot_acf", "statsmodels.graphics.tsaplots.plot_acf"),
        ("fbprophet.Prophet", "prophet.Prophet"),
        ("pandas_profiling.ProfileReport", "ydata_profiling.ProfileReport"),
        ("xgboost.sklearn.XGBClassifier", "xgboost.XGBClassifier"),
    ],
)
def test_old_paths_lead_to_rows(tables: Tables, old: str, new: str) -> None:
    assert tables.canonical(old) == new
    assert tables.rows(new)


def _public_sklearn() -> Iterator[str]:
    """Estimators by their public path, and the functions and classes that the public modules list."""
    pytest.importorskip("sklearn")
    for switch in ("enable_halving_search_cv", "enable_iterative_imputer"):
        importlib.import_module(f"sklearn.experimental.{switch}")
    from sklearn.utils import all_estimators

    for name, estimator in all_estimators():
        module = ".".join(part for part in estimator.__module__.split(".") if not part.startswith("_"))
        yield f"{module}.{name}"
    for part in [
        "calibration",
        "cluster",
        "compose",
        "covariance",
        "datasets",
        "decomposition",
        "ensemble",
        "feature_selection",
        "impute",
        "inspection",
        "linear_model",
        "manifold",
        "metrics",
        "mixture",
        "model_selection",
        "multioutput",
        "naive_bayes",
        "neighbors",
        "pipeline",
        "preprocessing",
        "random_projection",
        "semi_supervised",
        "svm",
        "tree",
    ]:
        module = importlib.import_module(f"sklearn.{part}")
        for name in getattr(module, "__all__", ()):
            if callable(getattr(module, name)):
                yield f"sklearn.{part}.{name}"


def test_all_of_sklearn_has_rows(tables: Tables) -> None:
    known_elsewhere = {"sklearn.tree.BaseDecisionTree", "sklearn.ensemble.BaseEnsemble"}  # bases that nobody builds
    missing = {name for name in _public_sklearn() if not tables.rows(tables.canonical(name))}
    assert missing - known_elsewhere == set()


def test_every_sklearn_estimator_is_a_type_of_the_right_family(tables: Tables) -> None:
    pytest.importorskip("sklearn")
    from sklearn.utils import all_estimators

    expected = {"classifier": "~classifier", "regressor": "~regressor", "cluster": "~clusterer"}
    wrong = []
    for kind, family in expected.items():
        for name, estimator in all_estimators(type_filter=kind):
            module = ".".join(part for part in estimator.__module__.split(".") if not part.startswith("_"))
            canonical = tables.canonical(f"{module}.{name}")
            if family not in tables.bases(canonical) and name != "FeatureAgglomeration":  # clusters columns, not rows
                wrong.append(f"{canonical} is no {family}")
    assert wrong == []


@pytest.mark.parametrize("library", CHECKED)
def test_rows_agree_with_the_installed_library(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    result = check(library)
    if not result.installed:
        pytest.skip(f"{library} {result.version}")
    assert result.faults == []
    assert result.checked > 0


def _example(X: object, *arrays: object, seed: int = 0) -> None: ...


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        (Port("X", 0), ""),
        (Port("arrays", 0, rest=True), ""),
        (Port("seed"), ""),
        (Port("X", 1), "has `X` at position 0, not 1"),
        (Port("y", 1), "has no parameter `y` among X, arrays, seed"),
    ],
)
def test_a_port_that_does_not_fit_is_named(port: Port, sentence: str) -> None:
    assert misfit(port, list(inspect.signature(_example).parameters.values())) == sentence


def test_a_name_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "json.rows").write_text("call json.lods role=load data=s:0\n", encoding="utf-8")
    assert check("json", tmp_path).faults == ["json.rows:1: `json.lods` does not import"]


def test_rows_of_other_releases_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "json.rows").write_text("# until 1.2\ncall json.lods role=load\n", encoding="utf-8")
    result = check("json", tmp_path)
    assert (result.faults, result.versioned) == ([], 1)


def test_attributes_of_instances_count_as_found() -> None:
    found, owner = resolve("json.JSONDecodeError.lineno")
    assert (found, owner.__name__) == ("lineno", "JSONDecodeError")  # type: ignore[attr-defined]


def test_draft_reads_bases_and_ports() -> None:
    class ClassifierMixin: ...

    class Guess(ClassifierMixin): ...

    assert draft("lib.Guess", Guess) == "type lib.Guess is=~classifier"
    assert draft("lib.example", _example) == "call lib.example role=neutral data=X:0,*arrays:1"


def test_traits_follow_the_family(rows: list[Row]) -> None:
    """Trees do not ask for scaling; nearest neighbours and networks of sklearn do."""
    by_family: dict[str, set[bool]] = defaultdict(set)
    for row in rows:
        if isinstance(row, TypeRow) and row.name.startswith("sklearn.") and row.family is not None:
            by_family[row.family.value].add("scale-sensitive" in {trait.value for trait in row.traits})
    assert by_family["tree"] == by_family["bayes"] == by_family["baseline"] == {False}
    assert by_family["neighbours"] == by_family["network"] == {True}


@pytest.mark.parametrize("line", ["same", "same a", "same a ", "neutral", "neutral ", "type", "call "])
def test_row_without_its_names_is_an_error_with_its_place(line: str, tmp_path: Path) -> None:
    (tmp_path / "mylib.rows").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"^mylib\.rows:2: a row is"):
        Tables(tmp_path)


def test_a_class_that_is_asked_for_in_another_module_of_its_library_is_found(tables: Tables) -> None:
    assert tables.type("keras.model.Sequential") == tables.type("keras.Sequential")
    assert tables.type("keras.model.Nowhere") is None
