"""The closed word lists: phases, activities, problem types, the 30 issues, roles of calls, families of models."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Phase(str, Enum):
    """The primary phase of a code cell (issue catalogue, "Phases")."""

    PROBLEM = "problem understanding"
    COLLECTION = "data collection"
    PREPROCESSING = "data pre-processing"
    TRAINING = "model creation and training"
    EVALUATION = "model evaluation"
    DEPLOYMENT = "model deployment"
    MONITORING = "model monitoring"
    SETUP = "setup"


class Activity(str, Enum):
    """The twelve activities of the CAIN 2025 study, by their codes."""

    DI = "DI"
    DC = "DC"
    OU = "OU"
    FS = "FS"
    MV = "MV"
    RB = "RB"
    IC = "IC"
    SC = "SC"
    AL = "AL"
    SP = "SP"
    HT = "HT"
    EM = "EM"

    @property
    def label(self) -> str:
        return _ACTIVITIES[self][0]

    @property
    def phase(self) -> Phase:
        return _ACTIVITIES[self][1]


_ACTIVITIES: dict[Activity, tuple[str, Phase]] = {
    Activity.DI: ("data integration", Phase.COLLECTION),
    Activity.DC: ("data consumption", Phase.COLLECTION),
    Activity.OU: ("identifying outliers", Phase.PREPROCESSING),
    Activity.FS: ("selecting features", Phase.PREPROCESSING),
    Activity.MV: ("identifying missing values", Phase.PREPROCESSING),
    Activity.RB: ("rebalancing", Phase.PREPROCESSING),
    Activity.IC: ("removing inconsistent data", Phase.PREPROCESSING),
    Activity.SC: ("scaling", Phase.PREPROCESSING),
    Activity.AL: ("testing candidate algorithms", Phase.TRAINING),
    Activity.SP: ("splitting training/test/validation data", Phase.TRAINING),
    Activity.HT: ("hyperparameter tuning", Phase.TRAINING),
    Activity.EM: ("choosing evaluation metric", Phase.EVALUATION),
}


class Problem(str, Enum):
    """The three problem types (IEEE Standard for Software Anomalies)."""

    MISSING = "M"
    INSUFFICIENT = "I"
    WRONG = "W"

    @property
    def label(self) -> str:
        return {"M": "missing", "I": "insufficient", "W": "wrong"}[self.value]


class Relevance(str, Enum):
    """How much the experts say it matters (CAIN 2025, Table III)."""

    HIGH = "high"
    LOW = "low"


class State(str, Enum):
    PRESENT = "present"
    ABSENT = "absent"
    NOT_APPLICABLE = "n/a"
    UNDECIDED = "undecided"


class Issue(Struct, frozen=True):
    """One of the 30 issues. `question` says in one sentence when it is present."""

    code: str
    activity: Activity
    problem: Problem
    relevance: Relevance
    title: str
    question: str


_H, _L = Relevance.HIGH, Relevance.LOW
_ISSUE_ROWS: tuple[tuple[str, Relevance, str, str], ...] = (
    ("DI-M", _L, "Sources are not joined", "Only one of several related sources reaches the modelling data."),
    ("DI-I", _H, "A join is never looked at", "Sources are joined, but what the join lost or invented is not checked, or a related source is left out."),
    ("DI-W", _H, "Rows are joined wrongly", "Rows are matched by the wrong key or by position, or are multiplied."),
    ("DC-I", _H, "Data is read partly or unseen", "The model is built on part of the source without a reason, or nothing that was read is ever looked at."),
    ("DC-W", _H, "Data is read wrongly or unrepeatably", "Reading depends on one person's machine, or gives wrong values."),
    ("OU-M", _H, "Outliers are never looked for", "Nothing shows or finds outliers although an outlier-sensitive model is trained."),
    ("OU-I", _L, "Outliers are shown and left", "Outliers are shown and then neither handled nor dismissed."),
    ("OU-W", _H, "Outliers are handled wrongly", "An outlier rule uses or drops test rows, or is applied to the wrong values."),
    ("FS-M", _H, "Features are never selected", "No feature is dropped for a reason, no importance or correlation looked at."),
    ("FS-I", _L, "Feature selection is left undecided", "Features are looked at and then nothing is decided."),
    ("FS-W", _H, "Features are selected wrongly", "The selection saw test rows, or the target or an identifier is among the features."),
    ("MV-M", _H, "Missing values are never looked for", "Nothing identifies missing values and nothing handles them."),
    ("MV-I", _H, "Missing values are handled in part", "Missing values are identified and left, or only some columns or parts are treated."),
    ("MV-W", _H, "Missing values are handled wrongly", "A fill learned from test rows, a meaningless constant, or rows dropped blindly."),
    ("RB-M", _L, "Imbalance is not answered", "A minority class is evident and nothing answers it."),
    ("RB-W", _H, "Rebalancing is done wrongly", "Resampled before the split, or on test rows."),
    ("IC-M", _H, "Inconsistent data is never looked for", "No duplicate check, no look at values, no repair of types or formats."),
    ("IC-I", _H, "Inconsistent data is found and left", "Duplicates, variants or impossible values are shown and kept."),
    ("IC-W", _H, "Inconsistent data is removed wrongly", "The cleaning drops, corrupts or loses data, or its result is thrown away."),
    ("SC-M", _H, "Features are not scaled", "A scale-sensitive model is trained on features of differing scale."),
    ("SC-I", _H, "Features are scaled in part", "Only some models, columns or parts of the data are scaled."),
    ("SC-W", _H, "Features are scaled wrongly", "The scaler saw test rows, or was fitted anew on them, or scales what it should not."),
    ("AL-M", _H, "One algorithm only", "One algorithm is trained, with no baseline and no comparison."),
    ("AL-I", _L, "Algorithms are compared poorly", "The candidates are all of one family, or judged differently."),
    ("SP-M", _H, "No held-out data", "The model is never evaluated on data that it was not trained on."),
    ("SP-W", _H, "Data is split wrongly", "The split lets test rows into training or choosing, or can't be repeated."),
    ("HT-M", _H, "Hyperparameters are not tuned", "Every tunable model has default or hard-coded values."),
    ("HT-I", _L, "Hyperparameters are tuned in part", "One hyperparameter, a handful of settings, or only some of the models."),
    ("HT-W", _H, "Hyperparameters are tuned wrongly", "Values were chosen on the test rows."),
    ("EM-I", _H, "The metric can't show quality", "Accuracy alone, one error figure with nothing to hold it against, or nothing measured."),
)  # fmt: skip

ISSUES: dict[str, Issue] = {
    code: Issue(code, Activity(code[:2]), Problem(code[3]), relevance, title, question)
    for code, relevance, title, question in _ISSUE_ROWS
}
"""The 30 issues in the order of the study's table."""

DROPPED_ISSUES: tuple[str, ...] = ("DC-M", "AL-W", "EM-W")
"""Candidates of the study that its experts dropped; nbaudit never reports them."""


class Role(str, Enum):
    """What a call is for, in the workflow. The library tables say it for each known call."""

    LOAD = "load"  # brings raw data in
    BUNDLED = "bundled"  # loads or makes a curated data set that ships with a library
    LOOK = "look"  # shows data: head, info, describe, shape, value_counts, ...
    PLOT = "plot"  # draws data or results
    JOIN = "join"  # matches rows of two tables by key
    CONCAT = "concat"  # puts tables below or beside each other
    FILTER = "filter"  # keeps some rows
    DROP_MISSING = "drop-missing"
    IMPUTE = "impute"  # fills missing values
    DEDUPLICATE = "deduplicate"
    REPAIR = "repair"  # type, format or text repair: to_datetime, astype, strip, replace, lower
    CLIP = "clip"  # cuts extreme values
    DETECT = "detect"  # an outlier detector
    SCALE = "scale"
    ROW_NORMALISE = "row-normalise"  # sklearn Normalizer: each row to unit length
    TRANSFORM = "transform"  # other value transforms (log, power, polynomial)
    ENCODE = "encode"  # categories to numbers
    VECTORISE = "vectorise"  # text to numbers by a learned vocabulary
    TOKENISE = "tokenise"  # text to pieces, nothing learned
    DISCRETISE = "discretise"
    AUGMENT = "augment"  # image augmentation
    CREATE = "create"  # a new column or feature
    DROP_COLUMNS = "drop-columns"
    SELECT_COLUMNS = "select-columns"
    SELECT = "select"  # a computed feature selection
    REDUCE = "reduce"  # PCA and kin
    RESAMPLE = "resample"  # rebalancing by resampling
    WEIGH = "weigh"  # class or sample weights
    AGGREGATE = "aggregate"  # collapses rows: mean, groupby().sum(), ...
    SHAPE = "shape"  # reshape, sort, rename, copy, to_numpy: same data, another form
    SPLIT = "split"
    FOLDS = "folds"  # a cross-validation splitter
    BUILD = "build"  # constructs a model, transformer, layer
    COMPILE = "compile"
    TUNE = "tune"  # a search over hyperparameters
    SCHEDULE = "schedule"  # early stopping, learning-rate schedule, checkpoint
    FIT = "fit"
    CROSS_VALIDATE = "cross-validate"
    PREDICT = "predict"
    EVALUATE = "evaluate"  # a metric or a score
    EXPLAIN = "explain"  # importances, SHAP, partial dependence
    SAVE_MODEL = "save-model"
    LOAD_MODEL = "load-model"
    SAVE_DATA = "save-data"
    SERVE = "serve"
    MONITOR = "monitor"
    PROFILE = "profile"  # a tool that looks at everything (ydata-profiling, missingno, sweetviz)
    VALIDATE = "validate"  # assertions on data (pandera, great_expectations)
    CONFIGURE = "configure"  # options, seeds, styles
    INSTALL = "install"
    NEUTRAL = "neutral"  # reviewed, plays no part
    UNKNOWN = "unknown"  # no table knows it


class Family(str, Enum):
    """Families of algorithms (issue catalogue, AL-I), and what is not an algorithm."""

    LINEAR = "linear"
    TREE = "tree"  # trees, forests and boosting
    KERNEL = "kernel"
    NEIGHBOURS = "neighbours"
    BAYES = "bayes"
    NETWORK = "network"
    TIME_SERIES = "time-series"
    CENTROID = "centroid"
    DENSITY = "density"
    HIERARCHICAL = "hierarchical"
    MIXTURE = "mixture"
    BASELINE = "baseline"
    ENSEMBLE = "ensemble"  # vote or stack of members
    AUTOML = "automl"
    FACTORISATION = "factorisation"
    TOPIC = "topic"
    OTHER = "other"


class Task(str, Enum):
    BINARY = "binary classification"
    MULTICLASS = "multi-class classification"
    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    CLUSTERING = "clustering"
    FORECASTING = "forecasting"
    REDUCTION = "dimension reduction"
    OUTLIERS = "outlier detection"
    OTHER = "other"


class Trait(str, Enum):
    """Properties of a type or call that checks ask for."""

    SCALE_SENSITIVE = "scale-sensitive"
    OUTLIER_SENSITIVE = "outlier-sensitive"
    HANDLES_MISSING = "handles-missing"
    TUNABLE = "tunable"  # has material hyperparameters
    L1 = "l1"  # selects features by an L1 penalty
    ROBUST = "robust"  # robust scaler
    INTERPOLATES = "interpolates"  # makes synthetic rows between rows (SMOTE)
    UNDERSAMPLES = "undersamples"
    SHUFFLES = "shuffles"  # splits at random by default
    STRATIFIES = "stratifies"
    ORDERED = "ordered"  # splits in time order
    GROUPED = "grouped"
    LEARNS_TARGET = "learns-target"  # an encoder that learns from the target
    STATELESS = "stateless"  # learns nothing (HashingVectorizer, FunctionTransformer)
    MISSING = "missing"  # shows or finds missing values
    DUPLICATES = "duplicates"  # shows or finds duplicates
    VALUES = "values"  # shows values of columns: unique, value_counts
    DISTRIBUTION = "distribution"  # shows a distribution or spread: histogram, box, scatter
    BOX = "box"  # a box plot: sets outliers apart
    LINE = "line"
    CORRELATION = "correlation"
    IMPORTANCE = "importance"
    SHAPE = "shape"  # shows shape or length
    ROWS = "rows"  # shows rows, or keeps a number of them: head, tail, sample
    TYPES = "types"  # shows dtypes
    SUMMARY = "summary"  # describe; the layers of a network; the table of coefficients of a fit
    BALANCE = "balance"  # shows class counts
    CURATED = "curated"
    IMAGE = "image"
    TEXT = "text"
    AUDIO = "audio"
    TABULAR = "tabular"
    WEIGHTS = "weights"  # pre-trained weights
    ACCURACY = "accuracy"  # a metric that is accuracy
    R2 = "r2"
    ERROR = "error"  # an error figure: MAE, MSE, RMSE, MAPE
    LOSS = "loss"
    RANKING = "ranking"  # AUC and kin
    CLASSWISE = "classwise"  # precision, recall, F1, report, confusion matrix
    CLUSTER_QUALITY = "cluster-quality"
    INERTIA = "inertia"
    FOR_CLASSES = "for-classes"
    FOR_NUMBERS = "for-numbers"
    FOR_CLUSTERS = "for-clusters"
    NON_NEGATIVE = "non-negative"  # needs non-negative input (chi2)
    EARLY_STOPPING = "early-stopping"
    PERSONAL = "personal"  # ties the notebook to one person's machine or account
    INTERACTIVE = "interactive"
    SEEDS = "seeds"  # fixes the randomness of what follows
    SEEDS_OWN = "seeds-own"  # fixes the randomness of its own library alone
    TIME = "time"  # reads or makes dates and times
    WATCHES = "watches"  # stops, keeps or slows a training by watched rows
    SHARED_NAMES = "shared-names"  # a join that takes all column names in common for its key where none is given
    CODES = "codes"  # turns categories into integers
    UNDOES = "undoes"  # brings values back to their own units (inverse_transform)
    MINIMISES = "minimises"  # a search that takes the lowest value as the best, unless told otherwise
    ORDERS = "orders"  # shows by a plot what order or number of groups a model needs: ACF, PACF, dendrogram
    LAG = "lag"  # looks at neighbouring rows: shift, diff, rolling
    SHRINKS = "shrinks"  # pulls a long tail in: logarithms, roots, power transforms
    DRAWS = "draws"  # a chance number or member, another one in each round of a loop
    GRID = "grid"  # the points of a net, at which a model is drawn
    THRESHOLDS = "thresholds"  # gives a figure for every decision threshold
    SPREAD = "spread"  # a figure of spread: std, range between quantiles; of a model: it scales by such a figure inside
