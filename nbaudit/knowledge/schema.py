"""The grammar of the library tables, and the typed rows they become.

A table is a text file, one row per line; blank lines and lines that begin with `#` are skipped:

    same    ALIAS CANONICAL              an import path that means another: `same tensorflow.keras keras`
    type    NAME [key=value ...]         a class, or a `~family` of classes that share methods
    call    NAME [key=value ...]         a function or a method (`pandas.DataFrame.fillna`, `~classifier.predict`)
    attr    NAME [key=value ...]         an attribute that is read, not called (`~frame.shape`), with the keys of a call
    neutral NAME [NAME ...]              reviewed, plays no part; `pkg.sub.*` covers all that no other row names

Names are canonical: the path by which the library documents it. Methods are written once for a family (`~frame`) and
found through `is=`. Values hold no spaces; lists are separated by commas.

Keys of a `type` row:
    is=       families or classes whose methods it has, first match wins
    role=     what it is for (`scale`, `impute`, `fit`, ...): the role of its fit and transform
    family=   the family of algorithms (`linear`, `tree`, ...), for estimators
    task=     binary classification etc. as `classification`, `regression`, `clustering`, ...
    traits=   properties (`scale-sensitive`, ...)
    tunes=    names of its material hyperparameters
    shape=    `pipeline`, `columns`, `search`, `wrapper`, `ensemble`, `network`
    inner=    the port that holds the inner model(s): `estimator:0`, `steps:0`, `*steps:0`
    grid=     the port of a search's space: `param_grid:1`
    gives=    the kind of the object, default `model` (`table` for pandas.DataFrame, ...)
    data=     ports of the constructor that carry data (`pandas.DataFrame(data)`)

Keys of a `call` row:
    role=     what the call is for, or `of-type`: the role of its receiver's type
    does=     how the interpreter acts (`Does`); default: lineage flows from `data` to the result
    data=     ports that carry data: `self`, `X:0` (name and position), `y` (keyword only), `*arrays:0` (the rest)
    learns=   the ports of `data` whose values across rows shape state or result; none = row-wise
    gives=    the kind of the result: a `Kind`, or `same` (as the first data port), `self`, `parts`, `none`
    rows=     effect on the set of rows (`RowsEffect`), default keep
    columns=  effect on columns: `drop:PORT`, `select:PORT`, `assign`, `rename`, `new`; default keep
    type=     canonical type of the result
    model=    the port that holds a model (cross_val_score's estimator)
    function= the port that holds a function applied to the data
    inplace=  the keyword that makes the receiver change, or `always`
    seed=     the keyword that fixes randomness
    traits=   properties (`missing`, `accuracy`, ...)
    when=     `keyword:literal`, `keyword:given` or `keyword:absent`: the row holds only then; the first match wins;
              `keyword@1:literal` where the argument may also stand at that position
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from nbaudit.model.flow import Kind, RowsEffect, Shape
from nbaudit.model.vocabulary import Family, Role, Task, Trait


class Does(str, Enum):
    """Actions of a call that ports and effects alone do not tell."""

    FLOW = "flow"  # data flows to the result
    FIT = "fit"  # the receiver learns; gives the receiver
    FIT_APPLY = "fit-apply"  # learns, then gives the transformed data
    APPLY = "apply"  # gives data transformed by what was learned
    FIT_PREDICT = "fit-predict"
    PREDICT = "predict"
    SCORE = "score"  # predicts and measures
    METRIC = "metric"  # measures given predictions
    CRITERION = "criterion"  # a loss: it measures where the predictions are for rows that were not learned from
    RESAMPLE = "resample"  # learns, then gives resampled (X, y)
    SPLIT = "split"  # gives (train, test) for each data port
    FOLD_SPLIT = "fold-split"  # gives an iterator over (train index, test index)
    CROSS_VALIDATE = "cross-validate"  # fits clones of `model=` on folds and scores them
    CROSS_PREDICT = "cross-predict"
    SET_PARAMS = "set-params"
    COMPILE = "compile"
    ADD_LAYER = "add-layer"
    MAP = "map"  # applies `function=` to the data
    APPEND = "append"  # the argument joins the receiver's contents
    BACKWARD = "backward"  # a hand-written training step
    MINIMISE = "minimise"  # gives a step that trains a network once it is run (TensorFlow 1)
    RUN_GRAPH = "run-graph"  # runs steps, measures and predictions of a graph on data that is fed to it
    CLONE = "clone"
    GROUP = "group"  # groupby, rolling
    PIPELINE = "pipeline"  # make_pipeline and kin: gives a Model of the type row named by `type=`
    INNER = "inner"  # an attribute that gives the model inside (best_estimator_, named_steps)
    LOADER = "loader"  # gives batches of the data
    TRAIN = "train"  # a function that trains and gives a model (xgboost.train)
    OPTIMISE = "optimise"  # runs an objective function many times (study.optimize, fmin)
    POP = "pop"  # gives a column and takes it out of the receiver
    MODE = "mode"  # model.train() / eval()
    WITHOUT = "without"  # gives what a set of the same rows leaves over
    HEAD = "head"  # the first rows, as many as the first argument says
    TAIL = "tail"  # all rows but those


class Gives(str, Enum):
    """Results that are not a plain `Kind`."""

    SAME = "same"
    SELF = "self"
    PARTS = "parts"


class Port(Struct, frozen=True):
    """An argument of a call: `name` and `position` (None = keyword only); `rest` takes all from the position on."""

    name: str
    position: int | None = None
    rest: bool = False


class TypeRow(Struct, frozen=True):
    name: str
    ref: str
    bases: tuple[str, ...] = ()
    role: Role = Role.BUILD
    family: Family | None = None
    task: Task | None = None
    traits: frozenset[Trait] = frozenset()
    tunes: tuple[str, ...] = ()
    shape: Shape = Shape.PLAIN
    inner: Port | None = None
    grid: Port | None = None
    gives: Kind = Kind.MODEL
    data: tuple[Port, ...] = ()


class CallRow(Struct, frozen=True):
    """`role` None means of-type."""

    name: str
    ref: str
    role: Role | None
    does: Does = Does.FLOW
    data: tuple[Port, ...] = ()
    learns: frozenset[str] = frozenset()
    gives: Kind | Gives = Kind.UNKNOWN
    rows: RowsEffect = RowsEffect.KEEP
    columns: str = ""
    columns_port: Port | None = None
    type: str = ""
    model: Port | None = None
    function: Port | None = None
    inplace: str = ""
    seed: str = ""
    traits: frozenset[Trait] = frozenset()
    when: tuple[str, str] | None = None
    attribute: bool = False


class NeutralRow(Struct, frozen=True):
    name: str
    ref: str


Row = TypeRow | CallRow | NeutralRow
