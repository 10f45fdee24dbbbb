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
    Fact,
    Missing,
    NetworkSize,
    Sample,
    Scores,
    ShapeFact,
    Training,
)
from nbaudit.model.flow import Kind
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
    redefined = facts(cell(0, "df = load()", count=9), cell(1, "df.shape", shape, count=4))
    in_order = facts(cell(0, "df = load()", count=3), cell(1, "df.shape", shape, count=4))
    unrelated = facts(cell(0, "other = load()", count=9), cell(1, "df.shape", shape, count=4))
    uncounted = facts(cell(0, "df = load()", count=9), cell(1, "df.shape", shape))
    own = facts(cell(0, "df = load()", count=9), cell(1, "df = again()\ndf.shape", shape, count=4))
    assert [found[0].stale for found in (redefined, in_order, unrelated, uncounted, own)] == [
        True, False, False, False, False,
    ]  # fmt: skip


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
