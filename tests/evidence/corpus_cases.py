"""The corpus of saved outputs: file, the cell that printed it, and the facts that it must give, in full."""

from __future__ import annotations

from dataclasses import dataclass

from nbaudit.model.facts import (
    BestParams,
    ClassReport,
    Confusion,
    Correlations,
    Counts,
    Describe,
    Dtypes,
    Duplicates,
    Fact,
    Failed,
    Filled,
    Missing,
    NetworkSize,
    Sample,
    Scores,
    ShapeFact,
    Training,
    Uniques,
    Warned,
)


@dataclass(frozen=True)
class Case:
    """`file` is in corpus/; `source` the cell; `expression` that of all its facts, where not each has its own."""

    file: str
    source: str
    facts: tuple[Fact, ...]
    kind: str = "execute_result"
    name: str = ""


GAPS = {"stall": 1.0, "unit price": 2.0, "jars": 0.0}
ABOUT_PRICE = {"count": 2, "mean": 3.25, "std": 1.06066, "min": 2.5, "25%": 2.875, "50%": 3.25, "75%": 3.625, "max": 4}
ABOUT_JARS = {
    "count": 4, "mean": 26.25, "std": 14.930394, "min": 10, "25%": 17.5, "50%": 25, "75%": 33.75, "max": 45,
}  # fmt: skip
HEAD = (("north", "2.5", "10"), ("south", "NaN", "20"), ("north", "4.0", "30"), ("NaN", "NaN", "45"))
DTYPES_3 = {"stall": "str", "unit price": "float64", "jars": "int64"}


def _ints(start: int, columns: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(str(start + column) for column in columns)


def _case(file: str, source: str, *facts: Fact, expression: str | None = None) -> Case:
    return Case(file, source, facts)


def _stream(file: str, source: str, *facts: Fact, name: str = "stdout") -> Case:
    return Case(file, source, facts, "stream", name)


CASES = (
    _case("isnull_sum_0.txt", "df.isnull().sum()", Missing(cell=0, expression="df.isnull().sum()", counts=GAPS)),
    _case(
        "isnull_sum_3.txt",
        "gaps = df.isna().sum()\ngaps.sort_values()",
        Missing(cell=0, expression="gaps.sort_values()", counts=GAPS),
    ),
    _case(
        "isnull_percent_3.txt",
        "df.isnull().sum() / len(df) * 100",
        Missing(
            cell=0,
            expression="df.isnull().sum() / len(df) * 100",
            counts={"stall": 0.25, "unit price": 0.5, "jars": 0.0},
            share=True,
        ),
    ),
    _case(
        "isnull_any_3.txt",
        "df.isnull().any()",
        Missing(cell=0, expression="df.isnull().any()", counts={"stall": 1, "unit price": 1, "jars": 0}, flags=True),
    ),
    _case(
        "missing_table_3.html",
        "total = df.isnull().sum()\npercent = df.isnull().mean() * 100\n"
        "pd.concat([total, percent], axis=1, keys=['Total', 'Percent'])",
        Missing(cell=0, expression="pd.concat([total, percent], axis=1, keys=['Total', 'Percent'])", counts=GAPS),
    ),
    _case(
        "isnull_sum_0.txt",
        "df.isnull().sum()[0:3]",
        Missing(cell=0, expression="df.isnull().sum()[0:3]", counts=GAPS, complete=False),
    ),
    _case(
        "isnull_sum_0.txt",
        "df.notnull().sum()",
        Filled(cell=0, expression="df.notnull().sum()", counts={"stall": 1, "unit price": 2, "jars": 0}),
    ),
    _stream(
        "info_0.txt",
        "df.info()",
        ShapeFact(cell=0, expression="df.info()", rows=891, columns=4),
        Missing(cell=0, expression="df.info()", counts={"stall": 2, "unit price": 177, "jars": 0, "opened": 0}),
        Dtypes(
            cell=0,
            expression="df.info()",
            dtypes={"stall": "object", "unit price": "float64", "jars": "int64", "opened": "datetime64[ns]"},
        ),
    ),
    _stream(
        "info_1.txt",
        "print(df.info())",
        ShapeFact(cell=0, expression="df.info()", rows=40, columns=3),
        Missing(cell=0, expression="df.info()", counts={"stall": 2, "unit price": 40, "jars": 0}),
        Dtypes(
            cell=0,
            expression="df.info()",
            dtypes={"stall": "category", "unit price": "float64", "jars": "int64"},
        ),
    ),
    _stream("info_many_1.txt", "df.info()", ShapeFact(cell=0, expression="df.info()", rows=500, columns=130)),
    _stream(
        "info_3.txt",
        "df.info()",
        ShapeFact(cell=0, expression="df.info()", rows=4, columns=3),
        Missing(cell=0, expression="df.info()", counts=GAPS),
        Dtypes(cell=0, expression="df.info()", dtypes=DTYPES_3),
    ),
    _case(
        "describe_3.txt",
        "df.describe()",
        Describe(cell=0, expression="df.describe()", stats={"unit price": ABOUT_PRICE, "jars": ABOUT_JARS}),
    ),
    _case(
        "describe_3.html",
        "df.describe()",
        Describe(cell=0, expression="df.describe()", stats={"unit price": ABOUT_PRICE, "jars": ABOUT_JARS}),
    ),
    _case(
        "describe_transposed_3.html",
        "df.describe().T",
        Describe(cell=0, expression="df.describe().T", stats={"unit price": ABOUT_PRICE, "jars": ABOUT_JARS}),
    ),
    _case(
        "describe_all_3.txt",
        "df.describe(include='all')",
        Describe(
            cell=0,
            expression="df.describe(include='all')",
            stats={
                "stall": {"count": 3, "unique": 2, "top": "north", "freq": 2},
                "unit price": ABOUT_PRICE,
                "jars": ABOUT_JARS,
            },
        ),
    ),
    _case(
        "value_counts_0.txt",
        "df['stall'].value_counts()",
        Counts(
            cell=0,
            expression="df['stall'].value_counts()",
            counts={"north side": 2, "south": 1},
            column="stall",
        ),
    ),
    _case(
        "value_counts_share_1.txt",
        "y.value_counts() / len(y)",
        Counts(
            cell=0,
            expression="y.value_counts() / len(y)",
            counts={"0": 0.965, "1": 0.035},
            share=True,
            column="fraud",
        ),
    ),
    _case(
        "value_counts_3.txt",
        "df['stall'].value_counts().head(2)",
        Counts(
            cell=0,
            expression="df['stall'].value_counts().head(2)",
            counts={"north": 2, "south": 1},
            column="stall",
            complete=False,
        ),
    ),
    _case(
        "value_counts_share_3.txt",
        "df['stall'].value_counts(normalize=True)",
        Counts(
            cell=0,
            expression="df['stall'].value_counts(normalize=True)",
            counts={"north": 0.666667, "south": 0.333333},
            share=True,
            column="stall",
        ),
    ),
    _case(
        "value_counts_two_3.txt",
        "df.value_counts()",
        Counts(
            cell=0,
            expression="df.value_counts()",
            counts={"a, 1": 2, "b, 0": 1, "b b, 1": 1},
            column="stall, open",
        ),
    ),
    _case(
        "long_series_cut_3.txt",
        "df.c0.value_counts()",
        Counts(
            cell=0,
            expression="df.c0.value_counts()",
            counts={"0": 1, "30": 1, "60": 1, "90": 1, "1980": 1, "2010": 1, "2040": 1, "2070": 1},
            column="c0",
            complete=False,
        ),
    ),
    _case(
        "group_size_1.txt",
        "df.groupby(['stall', 'open']).size()",
        Counts(
            cell=0,
            expression="df.groupby(['stall', 'open']).size()",
            counts={"north, False": 12, "north, True": 30, "south, True": 5},
            column="stall, open",
        ),
    ),
    _case(
        "group_size_3.txt",
        "df.groupby('stall').size()",
        Counts(cell=0, expression="df.groupby('stall').size()", counts={"north": 2, "south": 1}, column="stall"),
    ),
    _case("dtypes_3.txt", "df.dtypes", Dtypes(cell=0, expression="df.dtypes", dtypes=DTYPES_3)),
    _case(
        "nunique_3.txt",
        "df.nunique()",
        Uniques(cell=0, expression="df.nunique()", counts={"stall": 2, "unit price": 2, "jars": 4}),
    ),
    _case(
        "head_3.txt",
        "df.head()",
        Sample(
            cell=0,
            expression="df.head()",
            columns=("stall", "unit price", "jars"),
            index=("0", "1", "2", "3"),
            cells=HEAD,
        ),
    ),
    _case(
        "head_3.html",
        "df.head()",
        Sample(
            cell=0,
            expression="df.head()",
            columns=("stall", "unit price", "jars"),
            index=("0", "1", "2", "3"),
            cells=HEAD,
        ),
    ),
    _stream(
        "head_0.txt",
        "print(df.head())",
        Sample(
            cell=0,
            expression="df.head()",
            columns=("id", "stall name", "price"),
            index=("0", "1"),
            cells=(("1", "north gate", "2.5"), ("2", "south", "NaN")),
        ),
    ),
    _case(
        "linked.html",
        "df",
        Sample(cell=0, expression="df", columns=("name", "size & age"), index=("0",), cells=(("one", "3"),)),
    ),
    _case(
        "multi_columns_3.html",
        "df.groupby('stall').agg({'jars': ['min', 'max']})",
        Sample(
            cell=0,
            expression="df.groupby('stall').agg({'jars': ['min', 'max']})",
            columns=("jars, min", "jars, max"),
            index=("north", "south"),
            cells=(("10", "30"), ("20", "20")),
        ),
    ),
    *(
        _case(
            file,
            "df",
            Sample(
                cell=0,
                expression="df",
                complete=False,
                columns=("c0", "c1", "c2", "c27", "c28", "c29"),
                index=("0", "1", "2", "3", "66", "67", "68", "69"),
                cells=tuple(_ints(row * 30, (0, 1, 2, 27, 28, 29)) for row in (0, 1, 2, 3, 66, 67, 68, 69)),
                width=30,
            ),
            ShapeFact(cell=0, expression="df", rows=70, columns=30),
        )
        for file in ("wide_cut_3.txt", "wide_cut_3.html")
    ),
    _stream(
        "wrapped_3.txt",
        "print(df)",
        Sample(
            cell=0,
            expression="df",
            columns=tuple(f"measure {place}" for place in range(9)),
            index=("first row", "second"),
            cells=(
                tuple(str(place * 1.5) for place in range(9)),
                tuple(str(place * 2.5) for place in range(9)),
            ),
        ),
    ),
    _case(
        "corr_3.txt",
        "df.corr()",
        Correlations(
            cell=0,
            expression="df.corr()",
            pairs={
                "unit price": {"unit price": 1.0, "jars": -0.289849},
                "jars": {"unit price": -0.289849, "jars": 1.0},
            },
        ),
    ),
    _stream(
        "report.txt",
        "print(classification_report(y_test, pred))",
        ClassReport(
            cell=0,
            expression="classification_report(y_test, pred)",
            support={"not ripe": 4, "ripe": 3},
            f1={"not ripe": 0.75, "ripe": 0.67},
            accuracy=0.71,
        ),
    ),
    _stream(
        "report_0.txt",
        "print(classification_report(y_test, pred))",
        ClassReport(
            cell=0,
            expression="classification_report(y_test, pred)",
            support={"0": 50, "1": 14},
            f1={"0": 0.85, "1": 0.59},
        ),
    ),
    _case(
        "confusion.txt",
        "cm = confusion_matrix(y_test, pred)\ncm",
        Confusion(cell=0, expression="cm", matrix=((3, 1), (1, 2))),
    ),
    _case(
        "unique_counts.txt",
        "np.unique(y, return_counts=True)",
        Counts(cell=0, expression="np.unique(y, return_counts=True)", counts={"0": 1, "1": 2}),
    ),
    _stream(
        "keras_2.txt",
        "model.fit(X, y, epochs=2)",
        Training(cell=0, epochs=2, last={"loss": 0.5, "accuracy": 0.75, "val_loss": 0.45, "val_accuracy": 0.8}),
    ),
    _stream("keras_3.txt", "model.fit(X, y)", Training(cell=0, epochs=2, last={"loss": 0.8, "val_loss": 0.025})),
    _stream(
        "boosting.txt",
        "lgb.train(p, d)",
        Training(cell=0, epochs=100, last={"train's auc": 0.95, "valid's auc": 0.89}),
    ),
    _stream(
        "warnings.txt",
        "model.fit(X, y)",
        Warned(cell=0, category="ConvergenceWarning", text="lbfgs failed to converge (status=1):"),
        Warned(
            cell=0,
            category="SettingWithCopyWarning",
            text="A value is trying to be set on a copy of a slice from a DataFrame.",
        ),
        name="stderr",
    ),
    Case(
        "traceback.txt",
        "model = Ridge()\n\nmodel.fit(X, y)",
        (Failed(cell=0, error="ValueError", text="ValueError: Input X contains NaN.", line=3),),
        "error",
        "ValueError",
    ),
    _stream(
        "mixed.txt",
        "print('Shape:', df.shape)\n"
        "print('Missing values:')\n"
        "print(df.isnull().sum())\n"
        "print('Duplicates: {}'.format(df.duplicated().sum()))\n"
        "print(X_train.shape, X_test.shape)\n"
        "print(df.stall.value_counts())\n"
        "print(df.head(2))\n"
        "print(f'Accuracy: {acc:.3f} and F1 is {f1_score(y, p):.2f}')\n",
        ShapeFact(cell=0, expression="df.shape", rows=40, columns=3),
        Missing(cell=0, expression="df.isnull().sum()", counts=GAPS),
        Duplicates(cell=0, expression="df.duplicated().sum()", count=4),
        ShapeFact(cell=0, expression="X_train.shape", rows=30, columns=2),
        ShapeFact(cell=0, expression="X_test.shape", rows=10, columns=2),
        Counts(cell=0, expression="df.stall.value_counts()", counts={"north": 30, "south": 10}, column="stall"),
        Sample(
            cell=0,
            expression="df.head(2)",
            columns=("id", "jars"),
            index=("0", "1"),
            cells=(("1", "10"), ("2", "20")),
        ),
        Scores(cell=0, expression="acc", scores=(("Accuracy", 0.825),)),
        Scores(cell=0, expression="f1_score(y, p)", scores=(("and F1 is", 0.8),)),
    ),
)

LINES: tuple[tuple[str, str, tuple[Fact, ...]], ...] = (
    ("df.isnull().sum().sum()", "259", (Missing(cell=0, expression="df.isnull().sum().sum()", total=259),)),
    (
        "df['age'].isna().sum()",
        "np.int64(12)",
        (Missing(cell=0, expression="df['age'].isna().sum()", counts={"age": 12}),),
    ),
    (
        "df.isnull().values.any()",
        "False",
        (Missing(cell=0, expression="df.isnull().values.any()", total=0, flags=True),),
    ),
    ("df.shape", "(891, 12)", (ShapeFact(cell=0, expression="df.shape", rows=891, columns=12),)),
    ("images.shape", "(50, 28, 28, 1)", (ShapeFact(cell=0, expression="images.shape", rows=50),)),
    (
        "X.shape, y.shape",
        "((614, 8), (614,))",
        (
            ShapeFact(cell=0, expression="X.shape", rows=614, columns=8),
            ShapeFact(cell=0, expression="y.shape", rows=614),
        ),
    ),
    ("batch.shape", "torch.Size([64, 3, 32, 32])", (ShapeFact(cell=0, expression="batch.shape", rows=64),)),
    ("len(df)", "1,024", (ShapeFact(cell=0, expression="len(df)", rows=1024),)),
    ("df.shape[0]", "77", (ShapeFact(cell=0, expression="df.shape[0]", rows=77),)),
    ("df.shape[1]", "77", ()),
    ("tuple(X.shape)", "(8, 3)", (ShapeFact(cell=0, expression="tuple(X.shape)", rows=8, columns=3),)),
    (
        "df[df.age < 0]",
        "Empty DataFrame\nColumns: [age]\nIndex: []",
        (ShapeFact(cell=0, expression="df[df.age < 0]", rows=0),),
    ),
    ("-1 * grid.best_score_", "12.5", (BestParams(cell=0, expression="-1 * grid.best_score_", params={}, score=12.5),)),
    ("len(df.columns)", "12", ()),
    ("len(df['a'].unique())", "9", (Uniques(cell=0, expression="len(df['a'].unique())", counts={"": 9}),)),
    ("df['a'].nunique()", "9", (Uniques(cell=0, expression="df['a'].nunique()", counts={"": 9}),)),
    (
        "df['a'].unique()",
        "array(['low', 'very high', nan], dtype=object)",
        (Uniques(cell=0, expression="df['a'].unique()", values=("low", "very high", "nan")),),
    ),
    (
        "df['a'].unique()",
        "<ArrowStringArray>\n['low', 'very high', nan]\nLength: 3, dtype: str",
        (Uniques(cell=0, expression="df['a'].unique()", values=("low", "very high", "nan")),),
    ),
    (
        "df['a'].unique()",
        "['low', 'high']\nCategories (3, object): ['low', 'mid', 'high']",
        (Uniques(cell=0, expression="df['a'].unique()", values=("low", "high")),),
    ),
    ("df.duplicated().sum()", "0", (Duplicates(cell=0, expression="df.duplicated().sum()", count=0),)),
    (
        "df[df.isnull().any(axis=1)].shape",
        "(3, 4)",
        (ShapeFact(cell=0, expression="df[df.isnull().any(axis=1)].shape", rows=3, columns=4),),
    ),
    (
        "Counter(y)",
        "Counter({0: 500, 1: 268})",
        (Counts(cell=0, expression="Counter(y)", counts={"0": 500, "1": 268}),),
    ),
    (
        "dict(zip(*np.unique(y, return_counts=True)))",
        "{np.int64(0): np.int64(90), np.int64(1): np.int64(10)}",
        (
            Counts(
                cell=0,
                expression="dict(zip(*np.unique(y, return_counts=True)))",
                counts={"0": 90, "1": 10},
            ),
        ),
    ),
    (
        "grid.best_params_",
        "{'C': 0.1, 'kernel': 'rbf', 'layers': (8, 4)}",
        (
            BestParams(
                cell=0,
                expression="grid.best_params_",
                params={"C": "0.1", "kernel": "rbf", "layers": "(8, 4)"},
            ),
        ),
    ),
    ("grid.best_score_", "0.775", (BestParams(cell=0, expression="grid.best_score_", params={}, score=0.775),)),
    (
        "accuracy_score(y_test, pred)",
        "0.8125",
        (Scores(cell=0, expression="accuracy_score(y_test, pred)", scores=(("", 0.8125),)),),
    ),
    (
        "cross_val_score(model, X, y, cv=3)",
        "array([0.8 , 0.75, 0.9 ])",
        (
            Scores(
                cell=0,
                expression="cross_val_score(model, X, y, cv=3)",
                scores=(("", 0.8), ("", 0.75), ("", 0.9)),
            ),
        ),
    ),
    ("plt.plot(x)", "[<matplotlib.lines.Line2D at 0x7f10>]", ()),
    ("total", "12", ()),
)

PRINTED: tuple[tuple[str, str, tuple[Fact, ...]], ...] = (
    (
        "rmse = mean_squared_error(y, p) ** 0.5\nprint('RMSE = %.1f' % rmse)",
        "RMSE = 12.3\n",
        (Scores(cell=0, expression="rmse", scores=(("RMSE", 12.3),)),),
    ),
    (
        "for m in models:\n    print(m, 'accuracy:', m.score(X, y))",
        "Ridge() accuracy: 0.5\nLasso() accuracy: 0.25\n",
        (
            Scores(cell=0, expression="m.score(X, y)", scores=(("accuracy", 0.5),)),
            Scores(cell=0, expression="m.score(X, y)", scores=(("accuracy", 0.25),)),
        ),
    ),
    (
        "print('CM:\\n', confusion_matrix(y, p))",
        "CM:\n [[98 12]\n [22 47]]\n",
        (Confusion(cell=0, expression="confusion_matrix(y, p)", matrix=((98, 12), (22, 47))),),
    ),
    (
        "def look(frame):\n    print('size', frame.shape)\nlook(train)",
        "size (8, 2)\n",
        (ShapeFact(cell=0, expression="train.shape", rows=8, columns=2),),
    ),
    (
        "print(df.shape",
        "(8, 2)\n",
        (ShapeFact(cell=0, expression="df.shape", rows=8, columns=2),),
    ),
    (
        "train_and_report()",
        "Test accuracy: 0.91, loss ratio 3\nNumber of errors: 4\n",
        (Scores(cell=0, scores=(("Test accuracy", 0.91),)),),
    ),
    (
        "train(model)",
        "Epoch 0/1\n----------\ntrain Loss: 0.65 Acc: 0.70\nval Loss: 0.23 Acc: 0.89\n",
        (Training(cell=0, epochs=1, last={"val Loss": 0.23, "Acc": 0.89}),),
    ),
    (
        "print(df.shape),\n",
        "(8, 2)\n",
        (ShapeFact(cell=0, expression="df.shape", rows=8, columns=2),),
    ),
    (
        "\x0cprint('größe', df.shape)",
        "größe (8, 2)\n",
        (ShapeFact(cell=0, expression="df.shape", rows=8, columns=2),),
    ),
    ("print('Best K:', k)", "Best K: 9\n", ()),
    (
        "print(f'Training set: {len(X_train)} rows, {X_train.isnull().sum().sum()} gaps')",
        "Training set: 800 rows, 3 gaps\n",
        (
            ShapeFact(cell=0, expression="len(X_train)", rows=800),
            Missing(cell=0, expression="X_train.isnull().sum().sum()", total=3),
        ),
    ),
    (
        "net.summary()",
        'Model: "sequential"\n_____\n Layer (type)   Output Shape   Param #   \n=====\n'
        " dense (Dense)   (None, 8)   2,048   \n=====\nTotal params: 2,049\nTrainable params: 2,049\n",
        (NetworkSize(cell=0, expression="net.summary()", parameters=2049),),
    ),
    (
        "wide.summary()",
        "\x1b[1m Total params: \x1b[0m\x1b[38;5;34m77,346\x1b[0m (302.13 KB)\n",
        (NetworkSize(cell=0, expression="wide.summary()", parameters=77346),),
    ),
    ("for i in range(2):\n    print(f'[stream] processed {i} / {n}')", "[stream] processed 0 / 9\n", ()),
    (
        "print(survey.count())\nfor q in ('a', 'b'):\n    print(survey[q].value_counts())",
        "a    9\nb    8\ndtype: int64\nno     5\nyes    4\nName: a, dtype: int64\n"
        "no     6\nyes    2\nName: b, dtype: int64\n",
        (
            Filled(cell=0, expression="survey.count()", counts={"a": 9, "b": 8}),
            Counts(cell=0, expression="survey[q].value_counts()", counts={"no": 5, "yes": 4}, column="a"),
            Counts(cell=0, expression="survey[q].value_counts()", counts={"no": 6, "yes": 2}, column="b"),
        ),
    ),
)
