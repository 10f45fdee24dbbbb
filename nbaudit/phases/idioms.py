"""The phase of a cell by ways of writing that no single operation shows: a model class of the notebook's own, a row of
batches, the best values of a search, a form served to users.

All patterns are read over the cell's code without comments, so each is anchored on a word that is cheap to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nbaudit.model.vocabulary import Phase
from nbaudit.patterns import regex
from nbaudit.phases.clue import Clue

_COMMENT = regex(r"(?<!['\"])#[^\n'\"]*$", re.M)
_BATCHES = regex(
    r"\bfrom_tensor_slices\(|\.batch\(.*\n?.*\.(?:prefetch|cache|shuffle)\(|\.(?:prefetch|cache|shuffle)\([^\n]*\.batch\(|"
    r"\.flow_from_dataframe\(|\bTimeseriesGenerator\(",
    re.M,
)
_SETTINGS = regex(r"^class \w*(?:CFG|[Cc]onfig|Settings|Args|Params)\w*\b", re.M)
_WATCHER = regex(r"^class \w+\([\w.]*Callback\)", re.M)
_STEPS = regex(r"^\w*optim\w*[ \t]*=[ \t]*[\w.]+\([^\n]*parameters\(\)", re.M | re.IGNORECASE)
_LOADER = regex(r"^\w+ *= *(?:[\w.]*\.)?DataLoader\(", re.M)
_CLASS = regex(r"^[ \t]*class \w+", re.M)
_LEARNS = regex(r"\bdef (?:_*fit\w*|_*train\w*|_*back\w*|forward\w*|_*(?:grow|build)_tree|update_weights)\(\s*self")
_ANSWERS = regex(r"\bdef (?:_*predict\w*|forward\w*|feed_?forward|_*back\w*|score|sample|act|call|recommend)\(\s*self")
_CHANGES = regex(r"\bdef (?:fit_)?transform\(\s*self")
_BEST = regex(r"\.(?:best_params_?|best_estimator_|best_trial)\b")
_BEST_SCORE = regex(r"\.(?:best_score_|cv_results_)")
_LOSS_PLOT = regex(r"plot\([^\n]*\b\w*(?:loss|accuracy|acc)\w*\b")
_CALLED = regex(r"(?:^|[^\w.])(?!def\b)\w*recomm?end\w*\(", re.IGNORECASE)
_SIMILARITY = regex(r"\b(?:cosine_similarity|linear_kernel)\((\w+)(?:, *\1)?\)")
_DEVICE = regex(r"\.is_available\(\)|device_count\(|list_physical_devices\(|list_local_devices\(")
_MEASURES = regex(
    r"predict|\.score\(|accuracy|confusion|report|roc|mean_squared|mean_absolute|r2_|\.fit\(|plot|import|bar\(|save|dump"
)
_VALUES = regex(r"\A\s*\w*(?:param|grid|hyper)\w*[ \t]*=[ \t]*[\[{(]", re.IGNORECASE)
_LAYER = regex(
    r"=[ \t]*(?:\w+\.)*(?:Embedding|Dense|LSTM|GRU|Conv[123]D|Bidirectional|BatchNormalization|MaxPooling[123]D|"
    r"CrossEntropyLoss|BCELoss|MSELoss|BCEWithLogitsLoss|NLLLoss)\("
)
_SERVES = regex(
    r"\bgradio\b.*\bInterface\(|\bgr\.(?:Interface|Blocks)\(|\w\.launch\(|\bFlask\(|\bFastAPI\(|@app\.|\buvicorn\.run|"
    r"\bst\.(?:title|button|sidebar)\b"
)
_SERVING = ("gradio", "gr.", ".launch(", "Flask(", "FastAPI(", "@app.", "uvicorn", "st.")
"""Without one of these words nothing is served; to look for words is faster by far than to look for the pattern."""
_NEAREST = regex(r"\.(?:most_similar|most_similar_cosmul|doesnt_match|similar_by_word|similar_by_vector)\(")
_LISTS = regex(r"\bos\.(?:listdir|scandir)\(|\bglob\.i?glob\(|\.r?glob\(")
_OTHERWISE = regex(r"read_\w+\(|\.fit\w*\(|\.predict\(|train_test_split|imread|plt\.|remove\(|rmtree|\.compile\(")
_SESSION = regex(
    r"(?:print\()?(?:(?:\w+ *= *)?(?:\w+\.)*(?:Image|IFrame|YouTubeVideo)\((?:url|src|width|['\"]http).*\)|"
    r"\w+\.initjs\(\)|(?:_ *= *)?gc\.collect\(\)|(?:tf\.)?(?:keras\.|K\.)?(?:backend\.)?clear_session\(\)|"
    r"\w*device\w*|\w+ *= *torch\.cuda\.\w+(?: if .*)?|"
    r"torch\.cuda\.\w+\(.*\)|nltk\.download\(.*\)|(?:\w+\.)*(?:manual_seed|set_seed|seed)\(.*\)|"
    r"\w+ *= *tf\.distribute\..*|tf\.(?:config|tpu)\..*|\w+\.num_replicas_in_sync|"
    r"\w*(?:BATCH|REPLICA)\w* *= *[\w* .]+|\w+ *= *tf\.data\.experimental\.AUTOTUNE|"
    r"\w*(?:stop|end|start|t0|tic|toc)\w* *= *(?:time\.)?(?:time|perf_counter)\(\)|del [\w, ]+|"
    r"\w*device\w* *= *torch\.device\(.*\)|print\(.{0,40}\b(?:time|elapsed|seconds).*)\)*;?",
    re.IGNORECASE,
)
_SESSION_WORD = regex(
    r"image\(|iframe\(|youtubevideo\(|initjs\(|collect\(|session\(|device|torch|nltk|seed\(|tf\.|replica|batch|time|"
    r"elapsed|seconds|perf_counter|del "
)
"""One of these is in the lower case of all that `_SESSION` matches."""
_LITERAL = regex(
    r"^\w+(?:[ \t]*,[ \t]*\w+)*[ \t]*=[ \t]*(?:(?:np|numpy)\.array\([ \t]*\[|pd\.DataFrame\([ \t]*[\[{]|\[\[)", re.M
)
_HELD_BACK = regex(
    r"\s*(?:print\(|display\()?\w*(?:test|val|valid)\w*(?:\[-?\d*:?\d*\]|\.(?:head|tail|iloc|values|to_numpy)\b[\[\]\d:().]*)*\)?\s*",
    re.IGNORECASE,
)
_SAMPLE = regex(r"\bdef \w+\([^)]*\):[^#]*?(?:io\.read_file|decode_(?:jpe?g|png|image))\(", re.S)
_MORE = regex(r"\.fit\w*\(|\.predict\(|train_test_split|plt\.|read_csv|from_tensor_slices")
_SCORE_TABLE = regex(
    r"^\w*(?:result|score|metric|comparison)\w*[ \t]*=[ \t]*pd\.DataFrame\((?:\{|columns)[^)]*"
    r"(?:model|accuracy|algorithm|rmse|score)",
    re.IGNORECASE | re.MULTILINE,
)
_SUBMITS = regex(r"\bcompetitions? +submit\b")

_BODY: tuple[tuple[Phase, re.Pattern[str], str], ...] = (
    (
        Phase.TRAINING,
        regex(
            r"\.fit\(|(?:Classifier|Regressor|Regression|SVC|Sequential)\(|(?<!\bre)\.compile\(|\.backward\(\)|nn\.\w+\(|"
            r"optimizer\.step|train_test_split\(|cross_val_\w+\("
        ),
        "defines how a model is built or trained",
    ),
    (
        Phase.EVALUATION,
        regex(
            r"confusion_matrix\(|roc_\w+\(|classification_report\(|(?:accuracy|f1|precision|recall|r2)_score\(|"
            r"mean_(?:squared|absolute)_error\(|\.predict(?:_proba)?\("
        ),
        "defines how a model is judged",
    ),
    (
        Phase.COLLECTION,
        regex(r"\bread_(?:csv|excel|json|sql|parquet)\(|requests\.get\("),
        "defines how data is read",
    ),
    (
        Phase.PREPROCESSING,
        regex(
            r"\.(?:fillna|dropna|groupby|merge|apply|drop|value_counts|isnull|isna|astype|quantile|resize|normalize)\(|"
            r"\b(?:plt|sns|cv2|px)\.\w|\bre\.(?:sub|search|findall|match|compile)\(|stopwords|lemmati|select_dtypes\("
        ),
        "defines how data is prepared",
    ),
)
"""What the body of a function that is never called is about, the phase that says most first."""

_ALGORITHM = regex(
    r"sigmoid|softmax|relu|gini|entropy|gain|euclidean|manhattan|minkowski|neighbou?rs|backprop|backward|propagation|"
    r"gradient|descent|centroids?|hypothesis|perceptron|weights"
)
_MEASURE = regex(
    r"accuracy|confusion|precision|recall|rmse|mse|mae|f1|r2|roc|auc|evaluate|evaluation|"
    r"ppv|npv|tpr|fpr|iou|silhouette|sensitivity|specificity|prevalence|perplexity"
)
_SHOWING = frozenset({"plot", "show"})
_FITTING = frozenset({"train", "fit"})


def by_idioms(source: str, unread: bool, fitted: bool) -> list[Clue]:
    """Clues of a cell's code. `unread` says that nothing was read or trained before it, `fitted` that a model was."""
    code = _COMMENT.sub("", source) if "#" in source else source
    return list(_clues(code, unread, fitted))


def _clues(code: str, unread: bool, fitted: bool) -> Iterator[Clue]:
    if "Dataset" in code or "batch" in code or "DataLoader" in code or "flow_from" in code or "Generator(" in code:
        if _BATCHES.search(code):
            yield Clue(Phase.TRAINING, 7.0, "feeds data to a model in batches")
        elif _LOADER.search(code):
            yield Clue(Phase.TRAINING, 2.6, "makes loaders that feed data to a model")
    if "class " in code and _own_model(code):
        yield Clue(Phase.TRAINING, 8.0, "defines a model of its own")
    if "class " in code and "def " not in code and _SETTINGS.search(code):
        yield Clue(Phase.SETUP, 5.0, "holds settings")
    if "class " in code and _WATCHER.search(code):
        yield Clue(Phase.TRAINING, 4.0, "defines what watches a training")
    if "parameters()" in code and _STEPS.search(code):
        yield Clue(Phase.TRAINING, 3.0, "sets up what changes the weights")
    if ("best_" in code or "cv_results_" in code) and not _MEASURES.search(code):
        if _BEST_SCORE.search(code):
            yield Clue(Phase.EVALUATION, 3.0, "shows the scores of the search")
        elif _BEST.search(code):
            yield Clue(Phase.TRAINING, 6.0, "takes what the search found")
    if _VALUES.match(code):
        yield Clue(Phase.TRAINING, 2.0, "lists values to try")
    if "(" in code and "=" in code and _LAYER.search(code):
        yield Clue(Phase.TRAINING, 3.0, "builds a layer")
    if any(word in code for word in _SERVING) and _SERVES.search(code):
        yield Clue(Phase.DEPLOYMENT, 6.0, "serves a model")
    if ("similar" in code or "doesnt_match" in code) and _NEAREST.search(code):
        yield Clue(Phase.EVALUATION, 2.5, "asks a model for what is near")
    if ("glob" in code or "os." in code) and _LISTS.search(code) and not _OTHERWISE.search(code):
        yield Clue(Phase.COLLECTION, 5.2, "looks for data files")
    if _only_session(code):
        yield Clue(Phase.SETUP, 3.0, "sets up the session")
    if "def " in code and _SAMPLE.search(code) and not _MORE.search(code):
        yield Clue(Phase.PREPROCESSING, 7.0, "defines how a sample is read and prepared")
    if "frame(" in code.lower() and _SCORE_TABLE.search(code):
        yield Clue(Phase.EVALUATION, 2.5, "sets up a table of scores")
    if fitted and "plot" in code and _LOSS_PLOT.search(code):
        yield Clue(Phase.EVALUATION, 3.0, "plots what was measured during the training")
    if "ecom" in code and "def " not in code and "import" not in code and _CALLED.search(code):
        yield Clue(Phase.DEPLOYMENT, 4.0, "asks for recommendations")
    if not fitted and ("similarity(" in code or "linear_kernel(" in code) and _SIMILARITY.search(code):
        yield Clue(Phase.TRAINING, 4.0, "builds the similarities that recommend")
    if ("device" in code or "is_avail" in code) and _DEVICE.search(code) and ".to(" not in code:
        yield Clue(Phase.SETUP, 2.0, "looks for a device")
    if fitted and len(code) < 60 and _HELD_BACK.fullmatch(code):
        yield Clue(Phase.EVALUATION, 2.0, "shows held-out values after a fit")
    if unread and _LITERAL.search(code):
        yield Clue(Phase.COLLECTION, 3.0, "types data in")


def _own_model(code: str) -> bool:
    if _CLASS.search(code) is None or _CHANGES.search(code) is not None:
        return False
    return _LEARNS.search(code) is not None and _ANSWERS.search(code) is not None


def _only_session(code: str) -> bool:
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    if not 0 < len(lines) <= 12:
        return False
    if not _SESSION_WORD.search(lines[0].lower()):
        return False
    return all(_SESSION.fullmatch(line) for line in lines) and not _bare_deletion(lines)


def _bare_deletion(lines: list[str]) -> bool:
    return all(line.startswith("del ") for line in lines)


def by_magic(text: str) -> Clue | None:
    """A clue of a shell command that hands results in."""
    return Clue(Phase.DEPLOYMENT, 4.0, "hands predictions in") if _SUBMITS.search(text) else None


def by_bodies(source: str) -> list[Clue]:
    """What functions are about that nothing calls, by the text of their bodies."""
    for phase, pattern, reason in _BODY:
        if pattern.search(source):
            return [Clue(phase, 1.6, reason)]
    return []


def by_function_names(names: Iterable[str]) -> list[Clue]:
    """What functions are for whose names are those of parts of an algorithm, or of measures."""
    found: dict[Phase, Clue] = {}
    for name in names:
        words = set(re.findall(r"[a-z]+\d?", name.lower()))
        if words & _SHOWING:
            continue
        if any(_ALGORITHM.fullmatch(word) for word in words):
            found.setdefault(Phase.TRAINING, Clue(Phase.TRAINING, 3.0, f"defines {name}, a part of an algorithm"))
        elif not words & _FITTING and any(_MEASURE.fullmatch(word) for word in words):
            found.setdefault(Phase.EVALUATION, Clue(Phase.EVALUATION, 2.5, f"defines {name}, a measure"))
    return list(found.values())
