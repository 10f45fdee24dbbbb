"""Saved outputs as facts: the corpus, single lines, what printed what, and which outputs are stale."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from evidence.corpus_cases import CASES, LINES, PRINTED, Case
from evidence.helpers import cell, corpus_output, facts, printed, result, unquoted
from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.outputs import read_outputs
from nbaudit.model.facts import (
    BestParams,
    ClassReport,
    Counts,
    Describe,
    Duplicates,
    Fact,
    Failed,
    Figure,
    Missing,
    NetworkSize,
    Sample,
    Scores,
    ShapeFact,
    Training,
)
from nbaudit.model.flow import FlowGraph, Kind
from nbaudit.model.source import Magic, Output
from nbaudit.testing import notebook_from_text


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.source[:40]}")
def test_corpus(case: Case) -> None:
    found = facts(cell(0, case.source, corpus_output(case.file, case.kind, case.name)))
    assert unquoted(found) == case.facts


@pytest.mark.parametrize(("source", "text", "expected"), LINES, ids=[line[0] for line in LINES])
def test_result_line(source: str, text: str, expected: tuple[Fact, ...]) -> None:
    assert unquoted(facts(cell(0, source, result(text)))) == expected


@pytest.mark.parametrize(("source", "text", "expected"), PRINTED, ids=[line[0] for line in PRINTED])
def test_printed_lines(source: str, text: str, expected: tuple[Fact, ...]) -> None:
    assert unquoted(facts(cell(0, source, printed(text)))) == expected


def test_quote_is_the_line_that_says_it() -> None:
    gaps = facts(cell(0, "df.isnull().sum()", result("age         0\nunit price  177\njars        2\ndtype: int64")))
    assert gaps[0].quote == "unit price  177"
    report = corpus_output("report_0.txt", "stream", "stdout")
    assert facts(cell(0, "print(classification_report(y, p))", report))[0].quote.split() == [
        "1",
        "0.50",
        "0.71",
        "0.59",
        "14",
    ]


def test_table_with_a_column_of_gaps_is_one_only_where_the_notebook_made_it() -> None:
    table = result("        column  missing\n0          age      177\n1         deck      688")
    made = "gaps = pd.DataFrame({'column': df.columns, 'missing': df.isnull().sum().values})\ngaps"
    assert unquoted(facts(cell(0, made, table))) == (
        Missing(cell=0, expression="gaps", counts={"age": 177.0, "deck": 688.0}),
    )
    read = facts(cell(0, "gaps = pd.read_csv('gaps.csv')\ngaps", table))
    assert [type(fact) for fact in read] == [Sample]


def test_aligned_lines_that_nothing_known_printed_are_no_table() -> None:
    lines = printed("   file  ready\n1  a.gz     no\n2  b.gz    yes\n")
    assert facts(cell(0, "install()", lines)) == ()
    assert [type(fact) for fact in facts(cell(0, "print(files)", lines))] == [Sample]


def test_order_is_cell_output_position() -> None:
    found = facts(
        cell(0, "x = 1"),
        cell(1, "print(a.shape)\nb.shape", printed("(1, 2)\n"), result("(3, 4)")),
        cell(2, "c.shape", result("(5, 6)")),
    )
    assert [(f.cell, f.output, f.expression) for f in found] == [
        (1, 0, "a.shape"),
        (1, 1, "b.shape"),
        (2, 0, "c.shape"),
    ]


def test_name_of_an_earlier_cell_is_followed() -> None:
    series = result("age    3\ndtype: int64")
    assert facts(cell(0, "gaps = df.isnull().sum()"), cell(1, "gaps", series)) == (
        Missing(cell=1, expression="gaps", quote="age    3", counts={"age": 3.0}),
    )
    assert facts(cell(0, "gaps = df.max()"), cell(1, "gaps", series)) == ()


def test_colab_series_with_html_is_read_as_series() -> None:
    html = corpus_output("colab_series_2.html", "execute_result", "").html
    found = facts(cell(0, "df.isnull().sum()", result("stall    1\ndtype: int64", html)))
    assert unquoted(found) == (Missing(cell=0, expression="df.isnull().sum()", counts={"stall": 1.0}),)


def test_display_and_print_keep_their_own_expressions() -> None:
    table = Output("display_data", "", "   a\n0  1", "")
    found = facts(cell(0, "print('n', df.shape)\ndisplay(df.head(1))", printed("n (1, 1)\n"), table))
    assert unquoted(found) == (
        ShapeFact(cell=0, expression="df.shape", rows=1, columns=1),
        Sample(cell=0, output=1, expression="df.head(1)", columns=("a",), index=("0",), cells=(("1",),)),
    )


def test_cut_stream_makes_its_last_block_incomplete() -> None:
    text = "0    5\n1    6\nName: y, dtype: int64\n0    5\n1    6\nName: z, dtype: int64\n"
    source = "print(y.value_counts())\nprint(z.value_counts())"
    found = facts(cell(0, source, replace(printed(text), truncated=True)))
    assert [(fact.expression, fact.complete) for fact in found if isinstance(fact, Counts)] == [
        ("y.value_counts()", True),
        ("z.value_counts()", False),
    ]


def test_report_of_unknown_expression_is_still_read() -> None:
    report = corpus_output("report.txt", "stream", "stdout")
    found = facts(cell(0, "evaluate(model)", report))
    assert isinstance(found[0], ClassReport)
    assert (found[0].expression, found[0].support) == ("", {"not ripe": 4, "ripe": 3})


def test_stale_where_an_earlier_cell_ran_later() -> None:
    shape = result("(8, 2)")
    redefined = facts(cell(0, "df = open(1)", count=9), cell(1, "df.shape", shape, count=4))
    in_order = facts(cell(0, "df = open(1)", count=3), cell(1, "df.shape", shape, count=4))
    unrelated = facts(
        cell(0, "df = open(1)", count=1), cell(1, "other = open(2)", count=9), cell(2, "df.shape", shape, count=4)
    )
    uncounted = facts(cell(0, "df = open(1)", count=9), cell(1, "df.shape", shape))
    own = facts(cell(0, "df = open(1)", count=9), cell(1, "df = open(2)\ndf.shape", shape, count=4))
    assert [found[0].stale for found in (redefined, in_order, unrelated, uncounted, own)] == [
        True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "stale"),
    [
        ("gone.shape", True),
        ("for part in [gone]:\n    print(part)\ngone.shape", True),
        ("kept.shape", False),
        ("(gone if spare else kept).shape", False),
        ("list(map(lambda gone: gone, kept))\nkept.shape", False),
        ("if spare:\n    print(gone)\nkept.shape", False),
        ("try:\n    gone\nexcept NameError:\n    pass\nkept.shape", False),
        ("def look():\n    return gone\nkept.shape", False),
    ],
)
def test_stale_where_a_name_is_nowhere_in_the_notebook(source: str, stale: bool) -> None:
    first = cell(0, "import numpy as np\nkept = np.ones(3)\nspare = 0", count=1)
    assert facts(first, cell(1, source, result("(3,)"), count=2))[-1].stale is stale


def test_names_may_come_from_a_star_import() -> None:
    first = cell(0, "from helpers import *", count=1)
    assert not facts(first, cell(1, "gone.shape", result("(3,)"), count=2))[0].stale


@pytest.mark.parametrize(("quoted", "stale"), [("model.fit(rows)", False), ("model.fit(gone_rows)", True)])
def test_stale_where_a_traceback_quotes_other_code(quoted: str, stale: bool) -> None:
    text = f"ValueError  Traceback\nCell In[3], line 2\n      1 rows = 1\n----> 2 {quoted}\n\nValueError: no rows"
    source = "rows = 1\nmodel.fit(rows)\nprint(rows.shape)"
    found = facts(cell(0, source, printed("(8, 2)\n"), Output("error", "ValueError", text)))
    assert [fact.stale for fact in found] == [stale, stale]


def test_stale_where_the_source_has_no_result_to_show() -> None:
    table = result("   a\n0  1")
    assert facts(cell(0, "df = load()", table))[0].stale
    assert not facts(cell(0, "df = load()\ndf", table))[0].stale
    timed = replace(cell(0, "\ndf = load()", table), magics=(Magic("%time", 1, "df"),))
    assert not facts(timed)[0].stale


def test_summary_of_a_network_is_no_table() -> None:
    text = 'Model: "s"\n'
    assert facts(cell(0, "model.summary()", Output("display_data", "", text, "<pre>Model</pre>"))) == ()


def test_logs_and_summaries_speak_of_the_network() -> None:
    text = """
# %%
import pandas as pd
from tensorflow import keras
boats = pd.read_csv("boats.csv")
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
# %%
model.summary()
# %%
history = model.fit(boats[["length"]], boats["price"], epochs=1)
"""
    summary = "Total params: 129 (516.00 B)"
    log = "Epoch 1/1\n4/4 [==============================] - 1s 3ms/step - loss: 8.1250"
    notebook = notebook_from_text(text, {1: summary, 2: log})
    graph = build_graph(notebook)
    facts = {type(fact): fact for fact in link_facts(read_outputs(notebook), graph)}
    values = {binding.value.id: binding.value for binding in graph.bindings}
    assert facts[NetworkSize].about is not None
    assert values[facts[NetworkSize].about].kind is Kind.MODEL
    assert facts[Training].about is not None
    assert values[facts[Training].about].kind is Kind.MODEL


def test_values_side_by_side_are_told_apart() -> None:
    source = "print('Test set shape:', X_test.shape, y_test.shape)"
    found = facts(cell(0, source, printed("Test set shape: (360, 64) (360,)\n")))
    assert [(fact.expression, fact.rows) for fact in found if isinstance(fact, ShapeFact)] == [
        ("X_test.shape", 360),
        ("y_test.shape", 360),
    ]


@pytest.mark.parametrize(
    ("source", "output"),
    [
        (
            "study.optimize(f, 50)",
            "[I 2024-05-01 10:00:00,000] Trial 2 finished with value: 0.4 and parameters: {'depth': 3}. "
            "Best is trial 2 with value: 0.4.\n"
            "[I 2024-05-01 10:00:09,000] Trial 3 finished with value: 0.6 and parameters: {'depth': 4}. "
            "Best is trial 2 with value: 0.4.\n",
        ),
        ("print('Best parameters gave:')\nprint(scores)", "Best parameters gave:\n{'accuracy': 0.9, 'recall': 0.8}\n"),
    ],
)
def test_what_only_speaks_of_a_search_is_not_its_choice(source: str, output: str) -> None:
    assert not [fact for fact in facts(cell(0, source, printed(output))) if isinstance(fact, BestParams)]


def test_a_seed_beside_a_score_is_no_score() -> None:
    source = "print('R2 score for random state', state, 'is', r2)"
    found = facts(cell(0, source, printed("R2 score for random state 81 is 0.75\n")))
    assert 81.0 not in [number for fact in found if isinstance(fact, Scores) for _, number in fact.scores]


def test_rounded_statistics_speak_of_the_table_and_truth_values_do_not() -> None:
    text = """
# %%
import pandas as pd
boats = pd.read_csv("boats.csv")
# %%
round(boats.describe())
# %%
boats.isnull().head(1)
"""
    names = ("count", "mean", "std", "min", "25%", "50%", "75%", "max")
    shown = "       length  price\n" + "\n".join(
        f"{name:<5}    {90 + at}.0   {10 + at}.0" for at, name in enumerate(names)
    )
    masks = "   length  price\n0   False  False"
    notebook = notebook_from_text(text, {1: shown, 2: masks})
    graph = build_graph(notebook)
    boats = next(binding.value.id for binding in graph.bindings if binding.name == "boats")
    about = {type(fact): fact.about for fact in link_facts(read_outputs(notebook), graph)}
    assert about[Describe] == boats
    assert about.get(Sample) is None


def test_the_summary_of_a_network_with_an_index_in_it_has_no_rows() -> None:
    box = """
┏━━━━━━━━━┳━━━━━━━━━━━━━━┓
┃ Layer   ┃ Output Shape ┃
┡━━━━━━━━━╇━━━━━━━━━━━━━━┩
│ ids[0]  │ (None, 8)    │
│ mask[0][0] │ (0, 8)    │
└─────────┴──────────────┘"""
    shown = [Output("display_data", "", text) for text in ('Model: "s"', box, " Total params: 129 (516.00 B)")]
    assert not [fact for fact in facts(cell(0, "model.summary()", *shown)) if isinstance(fact, ShapeFact)]


def test_keys_keep_the_blanks_that_they_begin_with() -> None:
    spaced = " low     5\n high    3\n ?       1\nName: grade, dtype: int64"
    found = facts(cell(0, "df['grade'].value_counts()", result(spaced)))
    assert [list(fact.counts) for fact in found if isinstance(fact, Counts)] == [[" low", " high", " ?"]]
    signed = " 1    5\n 0    3\n-1    1\nName: grade, dtype: int64"
    found = facts(cell(0, "df['grade'].value_counts()", result(signed)))
    assert [list(fact.counts) for fact in found if isinstance(fact, Counts)] == [["1", "0", "-1"]]
    after = " low     5\nhigh    3\nName: grade, dtype: int64\n"
    found = facts(cell(0, "print('', df['grade'].value_counts())", printed(after)))
    assert [list(fact.counts) for fact in found if isinstance(fact, Counts)] == [["low", "high"]]


def test_a_template_that_no_loop_repeats_fits_once() -> None:
    source = "print(df.count())\nfor q in parts:\n    print(df[q].value_counts())\nprint(df['b'].value_counts())"
    one = "no     5\nyes    4\nName: {}, dtype: int64\n"
    found = facts(cell(0, source, printed("a    9\nb    8\ndtype: int64\n" + "".join(map(one.format, "acdb")))))
    assert [(fact.expression, fact.column) for fact in found if isinstance(fact, Counts)] == [
        ("df[q].value_counts()", "a"),
        ("df[q].value_counts()", "c"),
        ("df[q].value_counts()", "d"),
        ("df['b'].value_counts()", "b"),
    ]


def test_an_index_of_several_lines_is_one_value() -> None:
    source = "print(len(df))\nprint(df.duplicated().sum())\nprint(df.columns)\nprint(len(df))"
    names = "Index(['a', 'b',\n       'c'],\n      dtype='object')\n"
    found = facts(cell(0, source, printed(f"97\n0\n{names}97\n")))
    assert [(type(fact), fact.expression) for fact in found] == [
        (ShapeFact, "len(df)"),
        (Duplicates, "df.duplicated().sum()"),
        (ShapeFact, "len(df)"),
    ]


@pytest.mark.parametrize(
    ("source", "text", "share"),
    [
        ("print(f'{df.a.isnull().mean():.1%}')", "0.5%", 0.005),
        ("print('{:.1%} gone'.format(df.a.isnull().mean()))", "0.5% gone", 0.005),
        ("print(f'{df.a.isnull().mean() * 100:.1f}%')", "0.5%", 0.005),
        ("print(f'{df.a.isnull().mean():.2f}')", "0.50", 0.5),
    ],
)
def test_percentages_of_missing_values(source: str, text: str, share: float) -> None:
    found = facts(cell(0, source, printed(text + "\n")))
    assert [fact.total for fact in found if isinstance(fact, Missing)] == [pytest.approx(share)]


@pytest.mark.parametrize(
    ("source", "text", "percent"),
    [
        ("print('%.2f%%' % (100 * (y == 1).mean()))", "2.05%", True),
        ("print(100 * (y == 1).mean(), '%')", "2.05 %", True),
        ("print((y == 1).mean())", "0.0205", False),
    ],
)
def test_figures_know_their_sign_of_per_cent(source: str, text: str, percent: bool) -> None:
    found = facts(cell(0, source, printed(text + "\n")))
    assert [fact.percent for fact in found if isinstance(fact, Figure)] == [percent]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("print('lower', y.mean() - 3 * y.std())", None),
        ("print('share', 1 - y.mean())", Figure),
        ("print('mean', cross_val_score(m, X, y).mean())", Scores),
        ("print('accuracy', (p == y).sum() / len(y))", Scores),
        ("print('Number of errors', (p != y).sum())", Figure),
    ],
)
def test_numbers_that_count_values_and_scores(source: str, kind: type[Fact] | None) -> None:
    words = source.split("'")[1]
    found = facts(cell(0, source, printed(f"{words} 7\n")))
    assert [type(fact) for fact in found] == ([kind] if kind is not None else [])


def test_a_log_is_one_training_whatever_comes_between() -> None:
    text = (
        "[1]\tvalid's l2: 9\n[LightGBM] [Warning] No further splits\n[2]\tvalid's l2: 8\nnow saving\n"
        "[3]\tvalid's l2: 7\nbest iteration is:\n[2]\tvalid's l2: 8\n"
    )
    found = facts(cell(0, "lgb.train(p, d)", printed(text)))
    assert unquoted(found) == (Training(cell=0, epochs=3, last={"valid's l2": 7.0}),)
    folds = "[0]\tauc:0.5\n[9]\tauc:0.7\nfold\n[0]\tauc:0.4\n[7]\tauc:0.6\n"
    found = facts(cell(0, "run()", printed(folds)))
    assert [fact.epochs for fact in found if isinstance(fact, Training)] == [10, 8]
    bars = [printed(f"Epoch {turn} | loss: {9 - turn}\n") for turn in range(4)]
    found = facts(cell(0, "run()", *bars))
    assert [(fact.output, fact.epochs, fact.last) for fact in found if isinstance(fact, Training)] == [
        (3, 4, {"loss": 6.0})
    ]


def test_a_bar_without_epochs_is_an_evaluation() -> None:
    text = "20/20 [==============================] - 9s 280ms/step - loss: 0.3736 - accuracy: 0.8429\n"
    found = facts(cell(0, "model.evaluate(X, y)", printed(text)))
    assert unquoted(found) == (Scores(cell=0, scores=(("loss", 0.3736), ("accuracy", 0.8429))),)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("print(fit.summary())", "         coef   P>|t|\nconst  3.0052   0.000\nx1     0.1234   0.500\n"),
        ("print(json.dumps(d, indent=1))", '{\n  "mode": 1,\n  "mood": 2,\n  "more": 3\n}\n'),
        ("print(matrix)", "  (0, 12)\t2\n  (0, 13)\t2\n"),
        ("print(models[0])", "Forest(depth=None, rate=None,\n       leaves=None, pick=None,\n       trees=None)\n"),
    ],
)
def test_other_text_in_columns_is_no_table(source: str, text: str) -> None:
    assert not [fact for fact in facts(cell(0, source, printed(text))) if isinstance(fact, Sample)]


def test_a_warning_that_counts_its_points_has_no_shapes() -> None:
    text = "WARNING:tensorflow: (1) calls in a loop, (2) passing tensors with different shapes, (3) passing objects\n"
    assert facts(cell(0, "model.predict(X)", printed(text))) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "ValueError\nc:\\n.ipynb in <cell line: 2>()\n----> <a href='x?line=1'>2</a> fit(X)\n\nValueError: x",
            2,
        ),
        ("  Cell In [7], line 3\n    [a-z]9\n         ^\nSyntaxError: invalid syntax", 3),
        ("ValueError Traceback\nCell In[3], line 2\n      1 a\n----> 2 fit(X)\n\nValueError: x", 2),
    ],
)
def test_the_line_of_a_failure(text: str, line: int) -> None:
    error = "SyntaxError" if "SyntaxError" in text else "ValueError"
    found = facts(cell(0, "a\nfit(X)\n[a-z]9", Output("error", error, text)))
    assert [fact.line for fact in found if isinstance(fact, Failed)] == [line]


def test_quotes_hold_the_number_that_the_fact_tells() -> None:
    told = {
        "train.duplicated().value_counts()": ("False    95\nTrue      7\ndtype: int64", "True      7"),
        "df['p1'].value_counts()": ("p1\n0    9\n3    8\nName: count, dtype: int64", "p1 | 0 9"),
    }
    for source, (text, quote) in told.items():
        assert [fact.quote for fact in facts(cell(0, source, result(text)))] == [quote]
    among = facts(cell(0, "print(n, 'of', len(df), 'read')", printed("400 of 224309 read\n")))
    assert [fact.quote for fact in among] == ["400 of 224309 read"]
    below = facts(cell(0, "print(a.shape)\nprint(b.shape)", printed("(8, 2)\n(9, 2)\n")))
    assert [fact.quote for fact in below] == ["(8, 2)", "(9, 2)"]
    styled = corpus_output("describe_3.html", "display_data", "")
    shown = replace(styled, text="<pandas.io.formats.style.Styler at 0x7df7>")
    assert "count 2.0" in facts(cell(0, "display(df.describe().style)", shown))[0].quote


PARTS = """
# %%
import numpy as np
import pandas as pd
boats = pd.read_csv("boats.csv")
names = ["length", "price"]
# %%
{}
"""
GAPS = "length    3\nprice     1\ndtype: int64"
STATISTICS = "       length  price\ncount     9.0    9.0\nmean      9.0    9.0\nstd       9.0    9.0"
TABLE = "   length  price\n0       9      8"


def _about(source: str, text: str) -> tuple[Fact, FlowGraph]:
    notebook = notebook_from_text(PARTS.format(source), {1: text})
    graph = build_graph(notebook)
    return link_facts(read_outputs(notebook), graph)[0], graph


@pytest.mark.parametrize(
    ("source", "text", "maker"),
    [
        ("boats.isnull().sum()", GAPS, "pd.read_csv"),
        ("boats[names].isnull().sum()", GAPS, "boats[names]"),
        ("boats[boats.price > 3].shape", "(8, 2)", "boats[boats.price > 3]"),
        ("boats[names].describe()", STATISTICS, "boats[names]"),
        ("boats.dropna().shape", "(8, 2)", "boats.dropna()"),
        ("boats.groupby('price').size()", "price\n1    3\n2    4\ndtype: int64", "pd.read_csv"),
        ("gaps = boats[names].isnull().sum()\ngaps", GAPS, "boats[names]"),
        ("gaps = boats.isnull().sum()\ngaps[gaps > 0]", GAPS, "pd.read_csv"),
        ("len(boats['price'].unique())", "7", "pd.read_csv"),
        ("(boats.isnull().sum())", GAPS, "pd.read_csv"),
        ("boats.sort_values('price').head(1)", TABLE, "boats.sort_values('price')"),
        ("boats.sort_values('price')", TABLE, "pd.read_csv"),
    ],
)  # fmt: skip
def test_facts_speak_of_what_was_looked_at(source: str, text: str, maker: str) -> None:
    fact, graph = _about(source, text)
    made = {value.id: value.made_by for op in graph.operations for value in op.data}
    assert fact.about is not None
    assert graph.operations[made[fact.about]].text.startswith(maker)


def test_shown_columns_are_a_value_of_their_own_and_groups_are_none() -> None:
    fact, graph = _about("boats[names]", TABLE)
    shown = next(value for op in graph.operations for value in op.data if value.id == fact.about)
    assert shown.columns.selected == {"length", "price"}
    fact, graph = _about("boats.groupby('length').mean()", TABLE)
    assert fact.about not in {binding.value.id for binding in graph.bindings}


def test_a_variable_given_twice_is_told_apart() -> None:
    source = (
        "print('before', boats.shape)\nboats = boats.dropna()\nprint('after', boats.shape)\n"
        "n = boats.duplicated().sum()\nprint('copies', n)\n"
        "boats = boats.drop_duplicates()\nn = boats.duplicated().sum()\nprint('left', n)"
    )
    notebook = notebook_from_text(PARTS.format(source))
    shown = replace(notebook.cells[1], outputs=(printed("before (9, 2)\nafter (8, 2)\ncopies 2\nleft 0\n"),))
    notebook = replace(notebook, cells=(notebook.cells[0], shown))
    graph = build_graph(notebook)
    found = link_facts(read_outputs(notebook), graph)
    given = [binding.value.id for binding in graph.bindings if binding.name == "boats"]
    assert [fact.about for fact in found] == [given[0], given[1], given[1], given[2]]


def test_a_summary_shown_in_pieces_is_of_the_network() -> None:
    shown = [Output("display_data", "", text) for text in ('Model: "s"', " Total params: 129 (516.00 B)")]
    assert [fact.expression for fact in facts(cell(0, "model.summary()", *shown))] == ["model.summary()"]


def test_a_tuple_of_series_is_read_one_by_one() -> None:
    counts = "0    95\n 1     7\n Name: y, dtype: int64"
    text = f"((102, 3),\n {counts},\n {counts})"
    found = facts(cell(0, "X.shape, y.value_counts(), z.value_counts()", result(text)))
    assert [(type(fact), fact.expression) for fact in found] == [
        (ShapeFact, "X.shape"),
        (Counts, "y.value_counts()"),
        (Counts, "z.value_counts()"),
    ]


@pytest.mark.parametrize(
    ("source", "text", "scores"),
    [
        (
            "for k, v in found.items():\n    print(f'{k}: {v:.4f}')",
            "test_accuracy: 0.9630",
            (("test_accuracy", 0.963),),
        ),
        ("print(Fore.RED, 'AUC', auc(y, p), Style.RESET_ALL)", "AUC 0.9", (("AUC", 0.9),)),
        ("print(f'\\033[94mAUC {auc(y, p)}')", "AUC 0.9", (("AUC", 0.9),)),
        ("print(1 - forest.oob_score_)", "0.25", (("", 0.25),)),
        ("print(grid.cv_results_['mean_test_score'])", "[0.5 0.75]", (("", 0.5), ("", 0.75))),
        ("print(grid.cv_results_['mean_fit_time'])", "[0.5 0.75]", None),
        ("accuracies = []\nprint(max(accuracies))", "0.75", (("", 0.75),)),
    ],
)
def test_scores_in_many_ways(source: str, text: str, scores: tuple[tuple[str, float], ...] | None) -> None:
    found = facts(cell(0, source, printed(text + "\n")))
    assert [fact.scores for fact in found if isinstance(fact, Scores)] == ([scores] if scores is not None else [])


def test_values_with_marks_between_are_told_apart() -> None:
    found = facts(cell(0, "for k, v in parts.items():\n    print(k, ':', v.shape)", printed("rows : (2, 512)\n")))
    assert [(fact.expression, fact.rows) for fact in found if isinstance(fact, ShapeFact)] == [("v.shape", 2)]


def test_a_list_of_gaps_is_their_sum() -> None:
    found = facts(cell(0, "list(df.isnull().sum())", result("[0,\n 3,\n 4]")))
    assert [fact.total for fact in found if isinstance(fact, Missing)] == [7]


def test_the_best_parameters_that_a_variable_holds() -> None:
    found = facts(cell(0, "best_params", result("{'depth': 4.0,\n 'rate': 0.1}")))
    assert unquoted(found) == (BestParams(cell=0, expression="best_params", params={"depth": "4.0", "rate": "0.1"}),)


def test_a_log_of_other_marks() -> None:
    found = facts(cell(0, "run()", printed("Epoch 1/3: val 1-auc_ovr = 0.055\nEpoch 2/3: val 1-auc_ovr = 0.050\n")))
    assert [(fact.epochs, list(fact.last.values())) for fact in found if isinstance(fact, Training)] == [(2, [0.05])]


def test_a_loss_below_an_evaluation_is_no_log_and_repeated_ones_are() -> None:
    bar = "28/28 [====] - 0s 2ms/step - loss: 0.4643 - accuracy: 0.8036\n"
    found = facts(cell(0, "loss, acc = model.evaluate(X, y)\nprint('Loss:', loss)", printed(f"{bar}Loss: 0.4643\n")))
    assert [type(fact) for fact in found] == [Scores]
    lines = [printed(f"train loss: {turn}.5\n") for turn in (3, 2, 1)]
    assert unquoted(facts(cell(0, "run()", *lines))) == (
        Training(cell=0, output=2, epochs=0, last={"train loss": 1.5}),
    )
    assert facts(cell(0, "run()", lines[0])) == ()
    told = printed("Test loss: 0.45, test accuracy: 0.91\n")
    assert unquoted(facts(cell(0, "run()", told))) == (Scores(cell=0, scores=(("test accuracy", 0.91),)),)


def test_a_length_of_batches_counts_no_rows() -> None:
    source = "data = tf.keras.utils.image_dataset_from_directory('boats')\nlen(data)"
    notebook = notebook_from_text("# %%\nimport tensorflow as tf\n" + source, {0: "97"})
    assert link_facts(read_outputs(notebook), build_graph(notebook)) == ()


def test_statistics_of_counts_are_not_those_of_the_column() -> None:
    shown = "count    9.0\nmean     8.0\nstd      1.0\nmin      7.0\nmax      9.0\nName: price, dtype: float64"
    fact, graph = _about("counts = boats.price.value_counts()\ncounts.describe()", shown)
    boats = {value.id for op in graph.operations for value in op.data if value.column == "price"}
    assert isinstance(fact, Describe)
    assert fact.about not in boats
