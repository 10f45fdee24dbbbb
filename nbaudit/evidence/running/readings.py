"""What the probe tells, as facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from nbaudit.model.facts import (
    Balance,
    Basis,
    Counts,
    Describe,
    Dtypes,
    Duplicates,
    Fact,
    Fitted,
    Giveaway,
    IdleColumns,
    Missing,
    OutlierShares,
    Overlap,
    ScaleRatio,
    ShapeFact,
    Skews,
    Uniques,
)

_Told = Mapping[str, Any]


def read_told(told: _Told, cell: int) -> Iterator[Fact]:
    """The facts of one thing that the probe told after `cell`."""
    yield from _READERS[told["kind"]](told, cell)


def _base(told: _Told, cell: int, quote: str, complete: bool = True) -> dict[str, Any]:
    return {
        "cell": cell,
        "expression": told["name"],
        "quote": f"{told['name']}: {quote}"[:200],
        "complete": complete,
        "basis": Basis.RUN,
        "probed": True,
    }


def _shape(told: _Told, cell: int) -> Iterator[Fact]:
    rows, *rest = told["shape"] or [1]
    width = rest[0] if len(rest) == 1 else None
    yield ShapeFact(rows=rows, columns=width, **_base(told, cell, "shape " + " x ".join(map(str, told["shape"]))))


def _missing(told: _Told, cell: int) -> Iterator[Fact]:
    yield Missing(total=told["total"], **_base(told, cell, f"{told['total']} missing values", told["whole"]))


def _duplicates(told: _Told, cell: int) -> Iterator[Fact]:
    yield Duplicates(count=told["count"], **_base(told, cell, f"{told['count']} rows are copies of earlier ones"))


def _idle(told: _Told, cell: int) -> Iterator[Fact]:
    copies = tuple((later, first) for later, first in told["copies"])
    words = [f"{name} is constant" for name in told["constant"]] + [f"{a} repeats {b}" for a, b in copies]
    yield IdleColumns(constant=tuple(told["constant"]), copies=copies, **_base(told, cell, ", ".join(words)))


def _fitted(told: _Told, cell: int) -> Iterator[Fact]:
    yield Fitted(
        type=told["type"],
        features=_whole(told["features"]),
        classes=_whole(told["classes"]),
        rounds=_whole(told["rounds"]),
        **_base(told, cell, f"fitted {told['type'].rpartition('.')[2]}"),
    )


def _overlap(told: _Told, cell: int) -> Iterator[Fact]:
    quote = f"{told['rows']} of {told['of']} rows also occur in {told['train']}"
    yield Overlap(
        train=told["train"],
        test=told["test"],
        rows=told["rows"],
        of=told["of"],
        **_base(told, cell, quote, told["whole"]),
    )


def _giveaway(told: _Told, cell: int) -> Iterator[Fact]:
    share = told["share"]
    quote = f"{told['column']} alone tells {told['target']} for {share:.2%} of the rows"
    if told["numbers"]:
        quote = f"{told['column']} is correlated with {told['target']} at {share:.4f}"
    yield Giveaway(column=told["column"], target=told["target"], share=share, **_base(told, cell, quote, told["whole"]))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _columns(told: _Told, cell: int) -> Iterator[Fact]:
    labels: list[str] = told["labels"]
    stats: list[_Told] = told["stats"]
    items = list(zip(labels, stats, strict=True))
    table = told["dims"] == 2
    exact = told["whole"] and told["rows"] == told["sampled"]
    sample = "" if told["rows"] == told["sampled"] else f" (from {told['sampled']:,} of {told['rows']:,} rows)"

    def base(quote: str, complete: bool = exact) -> dict[str, Any]:
        return _base(told, cell, quote + sample, complete)

    if not told["array"]:
        gaps = {name: float(item["missing"]) for name, item in items if item["missing"] is not None}
        some = {name: int(number) for name, number in gaps.items() if number}
        words = ", ".join(f"{name} {number}" for name, number in some.items()) or "none"
        counted = told["whole"] and all(item.get("missing_whole", True) for item in stats)
        yield Missing(counts=gaps, **_base(told, cell, f"missing values: {words}", counted))
        if table:
            dtypes = {name: item["dtype"] for name, item in items}
            yield Dtypes(
                dtypes=dtypes, **_base(told, cell, ", ".join(f"{a} {b}" for a, b in dtypes.items()), told["whole"])
            )
        yield from _values(items, base)
    if table or not told["array"] or told["dims"] == 1:
        yield from _figures(items, base, table)
    if told["dims"] == 1:
        yield from _balance(items[0][1] if items else {}, told["array"], base)


_Base = Callable[..., dict[str, Any]]


def _values(items: list[tuple[str, _Told]], base: _Base) -> Iterator[Fact]:
    unique = {name: item["unique"] for name, item in items if item["unique"] is not None}
    if unique:
        yield Uniques(counts=unique, **base("different values: " + ", ".join(f"{a} {b}" for a, b in unique.items())))
    for name, item in items:
        counts = item.get("counts")
        if counts and len(counts) > 1:
            words = ", ".join(f"{value} {number}" for value, number in counts.items())
            yield Counts(
                counts={value: float(number) for value, number in counts.items()},
                column=name,
                **base(f"{name or 'values'}: {words}", item["whole"]),
            )


def _figures(items: list[tuple[str, _Told]], base: _Base, table: bool) -> Iterator[Fact]:
    figures = {name: item["figures"] for name, item in items if "figures" in item}
    if figures:
        ranges = ", ".join(f"{name} {f['min']:.6g} to {f['max']:.6g}" for name, f in figures.items())
        yield Describe(stats=figures, **base(ranges))
    outliers = {name: item["outliers"] for name, item in items if "outliers" in item}
    if outliers:
        worst = max(outliers, key=outliers.__getitem__)
        yield OutlierShares(shares=outliers, **base(f"outliers by the box-plot rule: {worst} {outliers[worst]:.1%}"))
    skews = {name: item["skew"] for name, item in items if isfinite(item.get("skew", float("nan")))}
    if skews:
        worst = max(skews, key=lambda name: abs(skews[name]))
        yield Skews(skews=skews, **base(f"skew of {worst}: {skews[worst]:.2f}"))
    spreads = {name: f["std"] for name, f in figures.items() if isfinite(f["std"]) and f["std"] > 1e-12}
    if table and len(spreads) > 1:
        high, low = max(spreads, key=spreads.__getitem__), min(spreads, key=spreads.__getitem__)
        ratio = spreads[high] / spreads[low]
        quote = f"{high} spreads {ratio:.3g} times as far as {low}"
        yield ScaleRatio(ratio=ratio, largest=high, smallest=low, **base(quote))


def _balance(item: _Told, array: bool, base: _Base) -> Iterator[Fact]:
    counts: Mapping[str, int] = item.get("counts", {})
    if len(counts) < 2:
        return
    low, high, total = min(counts.values()), max(counts.values()), sum(counts.values())
    if array:
        words = ", ".join(f"{value} {number}" for value, number in counts.items())
        yield Counts(counts={value: float(number) for value, number in counts.items()}, **base(words, item["whole"]))
    quote = f"{len(counts)} classes, the smallest {low / total:.1%} of {total}"
    yield Balance(minority=low / total, ratio=high / low, classes=len(counts), **base(quote, item["whole"]))


_READERS: Mapping[str, Callable[[_Told, int], Iterator[Fact]]] = {
    "shape": _shape,
    "missing": _missing,
    "duplicates": _duplicates,
    "idle": _idle,
    "fitted": _fitted,
    "overlap": _overlap,
    "giveaway": _giveaway,
    "columns": _columns,
}
