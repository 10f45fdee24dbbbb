"""A hand-made result in the manner of a real one, and a hostile one: every text field holds something that bites."""

from __future__ import annotations

from dataclasses import dataclass

from nbaudit.model.facts import Basis
from nbaudit.model.finding import Failure, Finding, Step, Suppressed, Verdict
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.picture import Edge, Node, NodeKind, Picture
from nbaudit.model.result import AuditResult
from nbaudit.model.run import FailedCell, RunResult
from nbaudit.model.source import Cell, CellKind, Note, Notebook, Output, Span
from nbaudit.model.vocabulary import ISSUES, Phase, State

CELLS: tuple[tuple[str, str, Phase | None], ...] = (
    ("md", "# Will the boiler fail this winter?\n\nA first look at the service records of 4 200 boilers.", None),
    (
        "py",
        "import pandas as pd\nimport numpy as np\nimport matplotlib.pyplot as plt\n"
        "from sklearn.model_selection import train_test_split, GridSearchCV\n"
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.neighbors import KNeighborsClassifier\n"
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.metrics import accuracy_score\n"
        "%matplotlib inline",
        Phase.SETUP,
    ),
    ("md", "## The data", None),
    (
        "py",
        "# service records, one row per visit\nboilers = pd.read_csv('data/boilers.csv', parse_dates=['visited'])\n"
        "weather = pd.read_csv('data/weather.csv')\nboilers.head()",
        Phase.COLLECTION,
    ),
    ("py", "data = boilers.merge(weather, on='postcode')\ndata.head(3)", Phase.COLLECTION),
    ("py", "data.info()\ndata.isnull().sum()", Phase.PREPROCESSING),
    (
        "py",
        "data['pressure'] = data['pressure'].fillna(data['pressure'].median())\n"
        "data['failed'].value_counts(normalize=True)",
        Phase.PREPROCESSING,
    ),
    ("md", "Only 9 % fail.  Boxplots next.", None),
    (
        "py",
        "fig, axes = plt.subplots(1, 3, figsize=(12, 4))\n"
        "for ax, column in zip(axes, ['pressure', 'flow_temp', 'age']):\n"
        "    data.boxplot(column, ax=ax)\nplt.show()",
        Phase.PREPROCESSING,
    ),
    (
        "py",
        "X = data.drop(columns=['failed', 'visited'])\ny = data['failed']\n\nscaler = StandardScaler()\n"
        "X_scaled = scaler.fit_transform(X)",
        Phase.PREPROCESSING,
    ),
    ("md", "## Models", None),
    (
        "py",
        "X_train, X_test, y_train, y_test = train_test_split(\n    X_scaled, y, test_size=0.25\n)\n"
        "X_train.shape, X_test.shape",
        Phase.TRAINING,
    ),
    (
        "py",
        "scores = {}\nfor k in range(1, 30, 2):\n    knn = KNeighborsClassifier(n_neighbors=k)\n"
        "    knn.fit(X_train, y_train)\n    scores[k] = knn.score(X_test, y_test)\n"
        "best_k = max(scores, key=scores.get)\n"
        'print(f"best k: {best_k}, accuracy {scores[best_k]:.3f}")',
        Phase.TRAINING,
    ),
    (
        "py",
        "forest = RandomForestClassifier(n_estimators=200)\nforest.fit(X_train, y_train)\n"
        "accuracy_score(y_test, forest.predict(X_test))",
        Phase.TRAINING,
    ),
    ("py", "plt.plot(list(scores), list(scores.values()))\nplt.xlabel('k')\nplt.ylabel('accuracy')", Phase.EVALUATION),
    ("py", "import joblib\njoblib.dump(forest, 'forest.joblib')", Phase.DEPLOYMENT),
    ("py", "%%bash\nls -la forest.joblib", None),
)

PICTURE = Picture(
    (
        Node(0, NodeKind.DATASET, "boilers.csv", places=(Span(3, 2, 10, 2, 70),)),
        Node(1, NodeKind.DATASET, "weather.csv", places=(Span(3, 3, 10, 3, 42),)),
        Node(2, NodeKind.TRANSFORM, "Join", ("join",), places=(Span(4, 1, 7, 1, 47),)),
        Node(3, NodeKind.TRANSFORM, "Scale", ("StandardScaler",), places=(Span(9, 5, 11, 5, 34),)),
        Node(4, NodeKind.SPLIT, "train_test_split", places=(Span(11, 1, 35, 3, 1),)),
        Node(5, NodeKind.MODEL, "KNeighborsClassifier", ("fitted in a loop",), places=(Span(12, 4, 4, 4, 29),)),
        Node(6, NodeKind.MODEL, "RandomForestClassifier", places=(Span(13, 2, 0, 2, 28),)),
        Node(7, NodeKind.METRIC, "score", places=(Span(12, 5, 16, 5, 41),)),
        Node(8, NodeKind.METRIC, "accuracy_score", places=(Span(13, 3, 0, 3, 45),)),
    ),
    (
        Edge(0, 2),
        Edge(1, 2),
        Edge(2, 3),
        Edge(3, 4),
        Edge(4, 5, "train"),
        Edge(4, 6, "train"),
        Edge(4, 7, "test"),
        Edge(5, 7),
        Edge(4, 8, "test"),
        Edge(6, 8),
    ),
)

PRESENT = ("DI-I", "RB-M", "SC-W", "SP-W", "HT-W", "OU-I", "EM-I")
UNDECIDED = ("FS-I", "IC-I", "DC-I")
NOT_APPLICABLE = ("DI-M", "MV-M")


@dataclass(frozen=True)
class Check:
    slug: str
    issue: str
    title: str
    why: str
    instead: str
    blind_spots: str


CATALOGUE = {
    item.slug: item
    for item in (
        Check(
            "scaler-fitted-on-test-rows",
            "SC-W",
            "A scaler is fitted on rows that are later test rows.",
            "The mean and spread of the test rows flow into training, so the reported score is better than what a "
            "new boiler will see. The gap shows only in production, where nobody looks for it here.",
            "Split first, and put the scaler into a `Pipeline`, so that each fit sees training rows alone.",
            "Scaling inside a function of another module is not seen.",
        ),
        Check(
            "tuned-on-test-rows",
            "HT-W",
            "A hyperparameter is chosen by its score on the test rows.",
            "The test rows took part in the choice, so their score is no longer an honest estimate.",
            "Choose with `GridSearchCV` on the training rows; measure once on the test rows.",
            "",
        ),
    )
}


def notebook(name: str = "notebooks/boilers.ipynb") -> Notebook:
    cells = []
    count = 0
    for index, (kind, source, _) in enumerate(CELLS):
        code = kind == "py"
        count += code
        cells.append(
            Cell(
                index,
                CellKind.CODE if code else CellKind.MARKDOWN,
                source,
                source if code else "",
                id=f"id{index}",
                language="bash" if source.startswith("%%bash") else "python",
                execution_count=count if code else None,
            )
        )
    return Notebook(name, tuple(cells), kernel="python3")


FINDINGS = (
    Finding(
        "DI-I",
        "join-never-looked-at",
        Span(4, 1, 7, 1, 47),
        "`boilers` and `weather` are joined on `postcode`, and nothing checks what the join lost: an inner join drops "
        "every boiler whose postcode has no weather.",
        (Step(Span(3, 2), "reads the boilers", "pandas.rows:12"), Step(Span(4, 1), "joins by key", "pandas.rows:88")),
        0.84,
        "data = boilers.merge(weather, on='postcode', how='left', validate='many_to_one', indicator=True)\n"
        "data['_merge'].value_counts()",
    ),
    Finding(
        "OU-I",
        "outliers-shown-and-left",
        Span(8, 3, 4, 3, 30),
        "The box plots show values far beyond the whiskers in `pressure`; no later cell handles or dismisses them.",
        (Step(Span(8, 3), "draws the box plot", "pandas.rows:140"),),
        0.62,
        columns=("pressure",),
        basis=Basis.OUTPUT,
    ),
    Finding(
        "SC-W",
        "scaler-fitted-on-test-rows",
        Span(9, 5, 11, 5, 34),
        "`StandardScaler` is fitted on all rows of `X`; a quarter of them are test rows from cell 11 on.",
        (
            Step(Span(9, 5, 11, 5, 34), "learns mean and spread from every row", "sklearn.rows:41"),
            Step(Span(11, 1, 0, 3, 1), "splits what was scaled into training and test rows", "sklearn.rows:210"),
            Step(Span(12, 4), "trains with what was learned", "sklearn.rows:77"),
            Step(Span(12, 5), "measures on rows that were seen", "output of cell 12"),
        ),
        0.97,
        "from sklearn.pipeline import make_pipeline\n\nX_train, X_test, y_train, y_test = train_test_split(\n"
        "    X, y, test_size=0.25, stratify=y, random_state=0\n)\n"
        "knn = make_pipeline(StandardScaler(), KNeighborsClassifier())\nknn.fit(X_train, y_train)",
        ("pressure", "flow_temp", "age"),
    ),
    Finding(
        "SP-W",
        "split-not-repeatable",
        Span(11, 1, 35, 3, 1),
        "The split has no `random_state`, so each run reports on other rows.",
        (Step(Span(11, 1), "splits at random without a seed", "sklearn.rows:210"),),
        0.93,
        "X_train, X_test, y_train, y_test = train_test_split(X_scaled, y, test_size=0.25, random_state=0)",
    ),
    Finding(
        "HT-W",
        "tuned-on-test-rows",
        Span(12, 6, 0, 6, 35),
        "`n_neighbors` is chosen as the value that scores best on `X_test`.",
        (
            Step(Span(12, 3), "builds a model with the value to be tuned"),
            Step(Span(12, 5), "scores it on the test rows", "sklearn.rows:79"),
            Step(Span(12, 6), "picks the best"),
        ),
        0.95,
        "search = GridSearchCV(KNeighborsClassifier(), {'n_neighbors': range(1, 30, 2)}, cv=5)\n"
        "search.fit(X_train, y_train)",
        root="choice-on-test-rows",
    ),
    Finding(
        "SP-W",
        "test-rows-used-to-choose",
        Span(12, 7, 0, 7, 58),
        "The score of the chosen model is reported on the rows that chose it, with no third set.",
        (Step(Span(12, 6), "picks the best on the test rows"), Step(Span(12, 7), "reports its score there")),
        0.9,
        root="choice-on-test-rows",
    ),
    Finding(
        "RB-M",
        "imbalance-not-answered",
        Span(13, 2),
        "One class in eleven, as cell 6 shows, and neither weights nor resampling nor a moved threshold.",
        (Step(Span(6, 2), "shows 91 % to 9 %", "output of cell 6"), Step(Span(13, 2), "trains without weights")),
        0.71,
        "forest = RandomForestClassifier(n_estimators=200, class_weight='balanced')",
    ),
    Finding(
        "EM-I",
        "accuracy-alone",
        Span(13, 3, 0, 3, 45),
        "Accuracy is the only measure. Calling no boiler faulty would already score 0.91.",
        (Step(Span(13, 3), "measures accuracy", "sklearn.rows:301"), Step(Span(6, 2), "shows 91 % to 9 %")),
        0.96,
        "from sklearn.metrics import classification_report\n"
        "print(classification_report(y_test, forest.predict(X_test)))",
    ),
)


def verdicts() -> dict[str, Verdict]:
    found = {}
    for code in ISSUES:
        if code in PRESENT:
            state, reason = State.PRESENT, "See the finding."
        elif code in UNDECIDED:
            state, reason = State.UNDECIDED, "No check decides this issue yet."
        elif code in NOT_APPLICABLE:
            state, reason = State.NOT_APPLICABLE, "The activity is done, so it can't be missing."
        else:
            state, reason = State.ABSENT, "Cell 5 looks at `isnull().sum()` before training."
        found[code] = Verdict(code, state, 0.9, reason)
    return found


def make_result(**changes: object) -> AuditResult:
    book = notebook()
    values: dict[str, object] = {
        "notebook": book,
        "phases": tuple(
            PhaseLabel(index, phase, (), 0.9, "calls of this phase")
            for index, (_, _, phase) in enumerate(CELLS)
            if phase is not None
        ),
        "verdicts": verdicts(),
        "findings": FINDINGS,
        "suppressed": (
            Suppressed(
                Finding(
                    "MV-W",
                    "fill-learned-from-test-rows",
                    Span(6, 1),
                    "The median comes from all rows.",
                    (Step(Span(6, 1), "learns"),),
                ),
                "pressure gaps are 0.2 % and the median is a round number",
                Span(6, 1),
            ),
        ),
        "unused_suppressions": (Note(3, "`# nbaudit: ignore[DC-W]` suppresses nothing"),),
        "notes": (Note(16, "a bash cell; not audited"),),
        "stats": {"known": 31, "neutral": 6, "user": 2, "unknown": 3},
        "unknown": (("acme.clean_dates", 2), ("acme.report", 1)),
        "version": "0.1.0",
        "dataflow": PICTURE,
    }
    values.update(changes)
    return AuditResult(**values)  # type: ignore[arg-type]


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${{7*7}}{% raw %}"
    "<!-- ]]> javascript:alert(3) </pre></style><svg onload=alert(4)> \u202egnp.exe\u2066 \x1b[31m \x00 \ud800 "
    "<a href='javascript:alert(5)'>"
)


def make_hostile(extra: str = "") -> AuditResult:
    """Every field that a notebook's author can reach holds `HOSTILE`."""
    text = HOSTILE + extra
    cells = (
        Cell(0, CellKind.MARKDOWN, text, id=text),
        Cell(1, CellKind.CODE, f"x = '''{text}\n{text}'''\n# {text}", text, id=text, language=text, execution_count=1),
        Cell(
            2,
            CellKind.CODE,
            text,
            text,
            execution_count=1,
            outputs=(Output("error", text, text, text), Output("stream", text, text)),
            tags=(text,),
        ),
        Cell(3, CellKind.RAW, text),
    )
    found = verdicts()
    for code in found:
        found[code] = Verdict(code, found[code].state, 0.5, text)
    finding = Finding(
        "SC-W",
        text,
        Span(1, 1, 2, 2, 9),
        text,
        (Step(Span(1, 2), text, text), Step(Span(9, 9), text)),
        0.5,
        text,
        (text,),
        text,
    )
    steps = (Step(Span(2, 1), text), Step(Span(2, 1), text, "saved output"))
    other = Finding("HT-W", text, Span(2, 1, 0, 1, 500), text, steps, 0.5, text, (), text)
    return AuditResult(
        notebook=Notebook(text, cells, language=text, kernel=text),
        phases=(PhaseLabel(1, Phase.TRAINING, (Phase.SETUP,), 0.5, text),),
        verdicts=found,
        findings=(finding, other),
        suppressed=(Suppressed(finding, text, Span(1, 1)),),
        unused_suppressions=(Note(1, text),),
        failures=(Failure(text, text),),
        notes=(Note(None, text),),
        stats={"known": 1, "unknown": 2},
        unknown=((text, 2),),
        version="0.1.0",
        dataflow=Picture(
            tuple(
                Node(number, kind, text, (text, text, text, text, text, text), text, (Span(1, 1, 0, 2, 9), Span(2, 1)))
                for number, kind in enumerate(NodeKind)
            ),
            (Edge(0, 1, text), Edge(1, 2, "train"), Edge(2, 3, text), Edge(3, 4, "test")),
        ),
        run=RunResult(failed=FailedCell(1, text, text), changed=(1,), missing=(text,)),
    )
