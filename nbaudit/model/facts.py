"""What the data itself says, read from saved outputs or from a run. One small type per kind of fact.

Every fact knows the cell and output it came from. Numbers are as printed; `complete` is False where the output was
truncated ("..." in a table, a cut stream), so that absence from it proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property

from msgspec import Struct, field


class Basis(str, Enum):
    """The kind of evidence a verdict or finding rests on."""

    CODE = "code"
    OUTPUT = "saved output"
    RUN = "run"


class Fact(Struct, frozen=True, kw_only=True):
    """`cell` is the notebook's index, `output` the index of the output in it, `expression` the source text of the
    expression that printed it where known ("df.isnull().sum()"), `about` the id of the graph's value that it speaks of.
    `quote` is the line of the output that says it, at most 200 characters. `probed` facts were read from a variable
    (`expression`) by a run after the cell: true of the data, but never shown to who reads the notebook, and so no look
    that its author took; `quote` is then a sentence of ours."""

    cell: int
    output: int = 0
    expression: str = ""
    about: int | None = None
    quote: str = ""
    complete: bool = True
    stale: bool = False
    basis: Basis = Basis.OUTPUT
    probed: bool = False


class Missing(Fact, frozen=True, kw_only=True):
    """Missing values per column: counts of rows, or shares 0 to 1 (`share`). `total` where only a sum was printed.
    With `flags` they are 1 for "some" and 0 for "none" (`isnull().any()`)."""

    counts: Mapping[str, float] = field(default_factory=dict)
    share: bool = False
    total: float | None = None
    flags: bool = False

    def some(self) -> dict[str, float]:
        """The columns with gaps."""
        return {name: n for name, n in self.counts.items() if n > 0}

    def any(self) -> bool:
        return bool(self.some()) or bool(self.total)


class Filled(Fact, frozen=True, kw_only=True):
    """Values that are there per column ("" for a single one): `notnull().sum()`, `count()`."""

    counts: Mapping[str, int]


class ShapeFact(Fact, frozen=True, kw_only=True):
    """`rows` and, for tables, `columns`."""

    rows: int
    columns: int | None = None


class Dtypes(Fact, frozen=True, kw_only=True):
    """dtype per column, as printed ("int64", "object", "float64")."""

    dtypes: Mapping[str, str]


class Describe(Fact, frozen=True, kw_only=True):
    """`describe()`: per column the statistics by their printed names ("count", "mean", "min", "25%", "max", "top")."""

    stats: Mapping[str, Mapping[str, float | str]]


class Counts(Fact, frozen=True, kw_only=True):
    """`value_counts()`, `groupby().size()`, `Counter`: number (or share 0 to 1) per value; `column` where printed."""

    counts: Mapping[str, float]
    share: bool = False
    column: str = ""


class Figure(Fact, frozen=True, kw_only=True):
    """A single number that counts or averages values: `df.paid.mean()`, `len(df[df.paid == 1])`. `percent` where the
    output prints it with a sign of per cent."""

    value: float
    percent: bool = False


class Duplicates(Fact, frozen=True, kw_only=True):
    """`duplicated().sum()`: number of duplicate rows."""

    count: int


class Uniques(Fact, frozen=True, kw_only=True):
    """`nunique()` (numbers per column; "" for a single column) or `unique()` (the values of one column)."""

    counts: Mapping[str, int] = field(default_factory=dict)
    values: tuple[str, ...] = ()


class Sample(Fact, frozen=True, kw_only=True, dict=True):
    """A printed table: `head()`, `tail()`, `sample()` or a frame shown: column names and the shown rows as text.

    `width` is the number of columns that a table printed in part has, shown or left out; None where nothing is left
    out, or where the output does not tell.
    """

    columns: tuple[str, ...]
    index: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    width: int | None = None

    @property
    def all_columns(self) -> bool:
        """True where no column is left out, whatever became of the rows."""
        return self.complete or self.width == len(self.columns)

    @cached_property
    def by_column(self) -> tuple[tuple[str, ...], ...]:
        """The shown texts of each column, without the spaces around them; a row that is too short has none."""
        places = range(len(self.columns))
        return tuple(tuple([row[place].strip() for row in self.cells if place < len(row)]) for place in places)


class Scores(Fact, frozen=True, kw_only=True):
    """Scores by the name printed beside them ("Accuracy", "rmse", "f1"), "" where there is none."""

    scores: tuple[tuple[str, float], ...]


class ClassReport(Fact, frozen=True, kw_only=True):
    """`classification_report`: support per class, and accuracy where printed. Classes as printed."""

    support: Mapping[str, int]
    f1: Mapping[str, float] = field(default_factory=dict)
    accuracy: float | None = None


class Confusion(Fact, frozen=True, kw_only=True):
    """A confusion matrix: rows as printed."""

    matrix: tuple[tuple[int, ...], ...]


class Correlations(Fact, frozen=True, kw_only=True):
    """`corr()`: column -> column -> coefficient."""

    pairs: Mapping[str, Mapping[str, float]]


class BestParams(Fact, frozen=True, kw_only=True):
    """A search's printed result."""

    params: Mapping[str, str]
    score: float | None = None


class Training(Fact, frozen=True, kw_only=True):
    """A Keras (or like) training log: epochs seen, and the last figures by name ("loss", "val_accuracy")."""

    epochs: int
    last: Mapping[str, float]


class NetworkSize(Fact, frozen=True, kw_only=True):
    """The number of parameters of a network, trained and frozen ones, as its summary prints it."""

    parameters: int


class Warned(Fact, frozen=True, kw_only=True):
    """A warning on stderr: its category ("ConvergenceWarning") and its first line."""

    category: str
    text: str


class Failed(Fact, frozen=True, kw_only=True):
    """A traceback: the exception's name and its last line; `line` 1-based in the cell where the traceback says it."""

    error: str
    text: str
    line: int | None = None


class Overlap(Fact, frozen=True, kw_only=True):
    """Rows of the part `test` that also occur, value for value, in the part `train` (both names of variables): `rows`
    of the `of` rows that were looked at. Only a run can tell."""

    train: str
    test: str
    rows: int
    of: int


class Giveaway(Fact, frozen=True, kw_only=True):
    """A column of the variable `expression` that alone gives the target away: `share` (0 to 1) of the rows of a class
    target are told right by it, or it is correlated with a number as highly. Only a run can tell."""

    column: str
    target: str
    share: float


class IdleColumns(Fact, frozen=True, kw_only=True):
    """Columns that tell nothing new: `constant` ones, and `copies` as (the later column, the one that it repeats)."""

    constant: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()


class OutlierShares(Fact, frozen=True, kw_only=True):
    """Per numeric column the share (0 to 1) of values more than 1.5 interquartile ranges outside the quartiles."""

    shares: Mapping[str, float]


class Skews(Fact, frozen=True, kw_only=True):
    """Per numeric column its sample skewness, as `DataFrame.skew()` gives it."""

    skews: Mapping[str, float]


class Balance(Fact, frozen=True, kw_only=True):
    """Class sizes of a one-dimensional variable of few values: `minority` is the smallest class's share (0 to 1),
    `ratio` the largest class by the smallest."""

    minority: float
    ratio: float
    classes: int


class ScaleRatio(Fact, frozen=True, kw_only=True):
    """The largest standard deviation of the non-constant numeric columns divided by the smallest one."""

    ratio: float
    largest: str
    smallest: str


class Fitted(Fact, frozen=True, kw_only=True):
    """A fitted estimator: its type's full name, the number of features and classes that it saw, and the rounds that it
    took (`n_iter_`), each None where the estimator does not keep it."""

    type: str
    features: int | None = None
    classes: int | None = None
    rounds: int | None = None
