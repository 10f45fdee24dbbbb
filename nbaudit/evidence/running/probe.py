"""Runs inside the notebook's kernel, as a module that the notebook never sees: reads facts about its variables.

Nothing here may leave a trace: no random numbers from the global generators, no warnings (not even in the record of
those already shown), no attribute access that could run the notebook's code, no change to a frame's caches. So types
are told by `type()`, frames are read through shallow copies, and samples come from a generator of our own.

What is told of a variable is remembered by a checksum of its contents, column by column, so that a probe costs time
only for what changed. Must run on Python 3.8 and with whatever pandas and numpy the notebook has.
"""
# ruff: noqa: B905 - `zip(strict=...)` is newer than some kernels

from __future__ import annotations

import ctypes
import json
import random
import sys
import time
import warnings
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

SURE = 0.999
"""A column that tells the target for this share of the rows gives it away; a correlation as high does for numbers."""
ROWS = 50_000
"""Values of more rows are read from a sample of this size; gaps are counted in full up to ROWS * 20."""
COLUMNS = 150
FEW = 20
"""Columns of at most so many different values have these counted."""
SMALL = 1 << 20
"""Frames and arrays up to this many bytes are compared after each cell, others where the cell names them."""

_PLAIN = ("datetime", "decimal", "numpy", "pandas._libs.missing", "pandas._libs.tslibs.timestamps")

_told: dict[str, Any] = {}
_columns: dict[Any, dict[str, Any]] = {}
_overlaps: dict[tuple[str, str], Any] = {}
_given: dict[tuple[str, str], Any] = {}


def missing_packages(names: Sequence[str]) -> list[str]:
    """Those of `names` that can't be found; finding a top-level package imports nothing."""
    from importlib.util import find_spec

    out = []
    for name in names:
        try:
            if name not in sys.modules and find_spec(name) is None:
                out.append(name)
        except (ImportError, ValueError):
            out.append(name)
    return out


def look(names: Sequence[str], parts: Sequence[tuple[str, str]], learned: Sequence[tuple[str, str]]) -> str:
    """What changed since the last look, as JSON: {"facts": [...], "errors": [...], "seconds": float}.

    `names` are those that the cell mentions, `parts` the variables that hold training and test rows, `learned` those
    that hold features and their target.
    """
    from IPython import get_ipython

    start = time.perf_counter()
    facts: list[dict[str, Any]] = []
    errors: list[str] = []
    quiet = ("ignore", None, Warning, None, 0)
    # catch_warnings would make every warning that was shown once show again
    warnings.filters.insert(0, quiet)  # type: ignore[attr-defined]
    try:
        values = {name: value for name, value in list(get_ipython().user_ns.items()) if _wanted(name, value)}
        for name, value in values.items():
            try:
                facts.extend(_variable(name, value, name in names))
            except Exception as error:
                errors.append(f"{name}: {type(error).__name__}: {error}")
        for pairs, compare in ((parts, _pair), (learned, _giveaways)):
            for first, second in pairs:
                if first in values and second in values:
                    try:
                        facts.extend(compare(first, values[first], second, values[second]))
                    except Exception as error:
                        errors.append(f"{first}, {second}: {type(error).__name__}: {error}")
    finally:
        warnings.filters.remove(quiet)  # type: ignore[attr-defined]
    return json.dumps({"facts": facts, "errors": errors, "seconds": time.perf_counter() - start}, default=str)


def _library(name: str, kind: str) -> type:
    return getattr(sys.modules.get(name), kind, _Never)


class _Never:
    pass


def _wanted(name: str, value: Any) -> bool:
    if name.startswith("_"):
        return False
    kind = type(value)
    tables = (_library("pandas", "DataFrame"), _library("pandas", "Series"), _library("numpy", "ndarray"))
    return (
        issubclass(kind, tables) or _is_estimator(kind) or (kind.__module__ or "").startswith(("scipy.sparse", "torch"))
    )


def _is_estimator(kind: type) -> bool:
    return any(base.__module__ == "sklearn.base" and base.__name__ == "BaseEstimator" for base in kind.__mro__)


def _variable(name: str, value: Any, named: bool) -> Iterator[dict[str, Any]]:
    kind = type(value)
    if _is_estimator(kind):
        yield from _estimator(name, value)
        return
    if issubclass(kind, (_library("pandas", "DataFrame"), _library("pandas", "Series"), _library("numpy", "ndarray"))):
        size = value.nbytes if issubclass(kind, _library("numpy", "ndarray")) else value.size * 8
        brief = (id(value), value.shape)
        last = _told.get(name)
        if last is not None and last[0] == brief and size > SMALL and not named:
            return
        mark = _mark(value)
        _told[name] = (brief, mark)
        if last is None or last[1] != mark:
            yield from _table(name, value, mark)
        return
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) and _told.get(name) != tuple(shape):
        _told[name] = tuple(shape)
        yield {"kind": "shape", "name": name, "shape": [int(size) for size in shape]}


def _estimator(name: str, value: Any) -> Iterator[dict[str, Any]]:
    state = getattr(value, "__dict__", {})
    fitted = sorted(key for key in state if key.endswith("_") and not key.startswith("_"))
    if not fitted:
        return
    classes: Any = state.get("classes_")
    rounds: Any = state.get("n_iter_")
    if hasattr(rounds, "__len__"):
        rounds = int(max(rounds)) if len(rounds) else None
    fact = {
        "kind": "fitted",
        "name": name,
        "type": f"{type(value).__module__}.{type(value).__qualname__}",
        "features": state.get("n_features_in_"),
        "classes": len(classes) if hasattr(classes, "__len__") else None,
        "rounds": None if rounds is None else int(rounds),
    }
    if _told.get(name) != fact:
        _told[name] = fact
        yield fact


# Marks: what a variable's contents are, in short.


def _mark(value: Any) -> Any:
    numpy = sys.modules["numpy"]
    if issubclass(type(value), numpy.ndarray):
        return (value.shape, str(value.dtype), _crc(value))
    if value.ndim == 1:
        return (value.shape, str(value.dtype), str(value.name), _crc(value.to_numpy()))
    frame = value.copy(deep=False)
    labels = tuple(str(label) for label in frame.columns[:COLUMNS])
    return (frame.shape, labels, tuple(_column_mark(frame.iloc[:, i]) for i in range(len(labels))))


def _column_mark(column: Any) -> Any:
    dtype = str(column.dtype)
    if dtype == "category":
        return (
            len(column),
            dtype,
            _crc(column.cat.codes.to_numpy()),
            tuple(str(c) for c in column.cat.categories[:FEW]),
        )
    return (len(column), dtype, _crc(_plain(column)))


def _plain(column: Any) -> Any:
    """The column's values without a copy where that is possible."""
    inner = getattr(column.array, "_ndarray", None)
    return inner if inner is not None else column.to_numpy()


def _crc(values: Any) -> int:
    numpy = sys.modules["numpy"]
    if values.size > 20 * ROWS:
        values = (
            values.reshape(-1)[:: values.size // (20 * ROWS) + 1]
            if values.flags.c_contiguous
            else values[:: max(1, len(values) // ROWS)]
        )
    values = numpy.ascontiguousarray(values)
    if values.dtype.hasobject:
        # objects by their addresses: cells hold texts and numbers, which never change in place
        return zlib.crc32(ctypes.string_at(values.ctypes.data, values.nbytes))
    return zlib.crc32(values.view("u1").reshape(-1)) if values.nbytes else 0


# Facts of tables.


def _table(name: str, value: Any, mark: Any) -> Iterator[dict[str, Any]]:
    shape = [int(size) for size in value.shape]
    yield {"kind": "shape", "name": name, "shape": shape}
    numpy = sys.modules["numpy"]
    if not value.size:
        return
    if issubclass(type(value), numpy.ndarray):
        columns = _array_columns(value)
        labels, marks = [label for label, _ in columns], []
        stats = [_stats(column, None) for _, column in columns]
        if value.dtype.kind == "f":
            part, whole = _part(value.reshape(-1), 20 * ROWS * FEW)
            yield {"kind": "missing", "name": name, "total": int(numpy.isnan(part).sum()), "whole": whole}
        elif not columns:
            return
    elif value.ndim == 1:
        labels, marks = [str(value.name) if value.name is not None else ""], [mark]
        stats = [_stats(value, mark)]
    else:
        frame = value.copy(deep=False)
        labels, marks = list(mark[1]), list(mark[2])
        stats = [_stats(frame.iloc[:, i], marks[i]) for i in range(len(labels))]
        yield from _frame(name, frame, labels, marks, stats)
    whole = len(labels) == (shape[1] if len(shape) == 2 else 1)
    yield {
        "kind": "columns",
        "name": name,
        "labels": labels,
        "stats": stats,
        "whole": whole,
        "dims": len(shape),
        "array": issubclass(type(value), numpy.ndarray),
        "rows": shape[0],
        "sampled": min(shape[0], ROWS),
    }


def _array_columns(array: Any) -> list[tuple[str, Any]]:
    if array.dtype.kind not in "iufbOUS" or array.ndim > 2:
        return []
    if array.ndim == 1:
        return [("", array)]
    if array.ndim == 2 and array.dtype.kind in "iuf":
        return [(str(i), array[:, i]) for i in range(min(array.shape[1], COLUMNS))]
    return []


def _frame(
    name: str, frame: Any, labels: list[str], marks: list[Any], stats: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    if len(frame) <= 4 * ROWS and frame.shape[1] <= COLUMNS:
        try:
            count = 0 if any(item.get("unique") == len(frame) for item in stats) else int(frame.duplicated().sum())
            yield {"kind": "duplicates", "name": name, "count": count}
        except TypeError:
            pass  # cells that hold lists or dicts can't be compared
    first: dict[Any, str] = {}
    copies = []
    for label, mark, item in zip(labels, marks, stats):
        if mark in first and len(frame) >= 10 and not item["constant"]:
            copies.append([label, first[mark]])
        first.setdefault(mark, label)
    constant = [label for label, item in zip(labels, stats) if item["constant"]]
    if constant or copies:
        yield {"kind": "idle", "name": name, "constant": constant, "copies": copies}


def _part(values: Any, most: int) -> tuple[Any, bool]:
    if len(values) <= most:
        return values, True
    places = sorted(random.Random(0).sample(range(len(values)), min(most, ROWS)))
    return (values.iloc[places] if hasattr(values, "iloc") else values[places]), False


def _stats(column: Any, mark: Any) -> dict[str, Any]:
    """dtype, missing, unique, constant and, for numbers, the figures of `describe`, skew and share of outliers."""
    if mark is not None and mark in _columns:
        return _columns[mark]
    numpy, pandas = sys.modules["numpy"], sys.modules.get("pandas")
    item: dict[str, Any] = {
        "dtype": str(column.dtype),
        "missing": None,
        "unique": None,
        "constant": False,
        "whole": len(column) <= ROWS,
    }
    series = hasattr(column, "iloc")
    if series:
        part, whole = _part(column, 20 * ROWS)
        count = int(part.isna().sum())
        item["missing"] = count if whole else round(count * len(column) / len(part))
        item["missing_whole"] = whole
    values, _ = _part(column, ROWS)
    kind = getattr(column.dtype, "kind", "O") if str(column.dtype) != "category" else "O"
    if kind in "iuf":
        numbers = values.to_numpy(dtype="float64", na_value=numpy.nan) if series else values.astype("float64")
        _numbers(item, numbers, kind)
        if not series:
            item["missing"], item["missing_whole"] = int(numpy.isnan(numbers).sum()), item["whole"]
    elif kind == "b" or (pandas is not None and _plain_cells(values, kind)):
        try:
            counts = values if series else pandas.Series(values) if pandas is not None else None
            counts = counts.value_counts() if counts is not None else None
        except TypeError:
            counts = None  # lists, dicts: not countable
        if counts is not None:
            item["unique"] = int((counts > 0).sum())
            if item["unique"] <= FEW and kind != "M":
                item["counts"] = {str(key): int(number) for key, number in counts.items() if number > 0}
    item["constant"] = item["unique"] is not None and item["unique"] + bool(item["missing"]) <= 1 and len(column) > 1
    if mark is not None:
        if len(_columns) > 20_000:
            _columns.clear()
        _columns[mark] = item
    return item


def _plain_cells(values: Any, kind: str) -> bool:
    """Whether objects are such as can be compared and printed without running code of who knows whom."""
    if kind != "O":
        return True
    some = values.iloc[:100] if hasattr(values, "iloc") else values[:100]
    return all(
        isinstance(cell, (str, bytes, int, float, bool, type(None))) or type(cell).__module__ in _PLAIN for cell in some
    )


def _numbers(item: dict[str, Any], numbers: Any, kind: str) -> None:
    numpy = sys.modules["numpy"]
    found = numpy.sort(numbers[numpy.isfinite(numbers)])
    count = len(found)
    if not count:
        item["unique"] = 0
        return
    steps = numpy.flatnonzero(found[1:] != found[:-1]) + 1
    item["unique"] = len(steps) + 1
    low, mid, high = (_quantile(found, share) for share in (0.25, 0.5, 0.75))
    with numpy.errstate(all="ignore"):
        mean = float(found.mean())
        away = found - mean
        square = float((away * away).mean())
        std = (square * count / (count - 1)) ** 0.5 if count > 1 else float("nan")
        item["figures"] = {
            "count": count,
            "mean": mean,
            "std": std,
            "min": float(found[0]),
            "25%": low,
            "50%": mid,
            "75%": high,
            "max": float(found[-1]),
        }
        if count > 2 and square > 1e-14 * max(1.0, mean * mean):
            item["skew"] = float((away**3).mean()) / square**1.5 * (count * (count - 1)) ** 0.5 / (count - 2)
    spread = 1.5 * (high - low)
    if item["unique"] > 10 and spread > 0:
        inside = numpy.searchsorted(found, high + spread, "right") - numpy.searchsorted(found, low - spread, "left")
        item["outliers"] = 1 - float(inside) / count
    if item["unique"] <= FEW:
        edges = [0, *steps.tolist(), count]
        keys = [found[place] for place in edges[:-1]]
        whole = all(float(key).is_integer() for key in keys)
        if whole or item["unique"] <= 2:
            item["counts"] = {
                str(int(key)) if whole and kind in "iu" else str(float(key)): end - begin
                for key, begin, end in zip(keys, edges, edges[1:])
            }


def _quantile(found: Any, share: float) -> float:
    place = share * (len(found) - 1)
    low = int(place)
    high = min(low + 1, len(found) - 1)
    return float(found[low] + (found[high] - found[low]) * (place - low))


# Rows that two parts share.


def _pair(train: str, left: Any, test: str, right: Any) -> Iterator[dict[str, Any]]:
    marks = (_told.get(train), _told.get(test))
    if None in marks or _overlaps.get((train, test)) == marks:
        return
    _overlaps[train, test] = marks
    if not (_comparable(left) and _comparable(right)) or left.shape[1:] != right.shape[1:] or not right.shape[0]:
        return
    first, second = _row_hashes(left), _row_hashes(right)
    if first is None or second is None:
        return
    numpy = sys.modules["numpy"]
    shared = int(numpy.isin(second, first).sum())
    yield {
        "kind": "overlap",
        "name": test,
        "train": train,
        "test": test,
        "rows": shared,
        "of": len(second),
        "whole": len(left) <= 10 * ROWS and len(right) <= ROWS,
    }


def _comparable(value: Any) -> bool:
    """Frames and matrices, and columns of texts: a target's few values are the same in all parts by nature."""
    if not hasattr(value, "dtype") and hasattr(value, "columns"):
        return bool(2 <= value.shape[1] <= COLUMNS)
    if not hasattr(value, "ndim") or not hasattr(value, "dtype"):
        return False
    if value.ndim == 1:
        return getattr(value.dtype, "kind", "O") == "O"
    return bool(value.ndim == 2 and 2 <= value.shape[1] <= 5000)


def _row_hashes(value: Any) -> Any | None:
    numpy, pandas = sys.modules["numpy"], sys.modules.get("pandas")
    if hasattr(value, "iloc") and pandas is not None:
        part, _ = _part(value.copy(deep=False), 10 * ROWS)
        try:
            return pandas.util.hash_pandas_object(part, index=False).to_numpy()
        except TypeError:
            return None  # cells that hold lists
    if not issubclass(type(value), numpy.ndarray) or value.dtype.kind not in "iufb":
        return None
    part, _ = _part(value, 10 * ROWS)
    part = numpy.ascontiguousarray(part)
    rows = part.view("u1").reshape(len(part), -1)
    return numpy.array([zlib.crc32(row) << 32 | zlib.adler32(row) for row in rows], dtype="u8")


# Features that give the target away.


def _giveaways(name: str, features: Any, target_name: str, target: Any) -> Iterator[dict[str, Any]]:
    marks = (_told.get(name), _told.get(target_name))
    if None in marks or _given.get((name, target_name)) == marks:
        return
    _given[name, target_name] = marks
    numpy, pandas = sys.modules["numpy"], sys.modules.get("pandas")
    shape = getattr(target, "shape", ())
    if pandas is None or len(features) != len(target) or len(target) < 50 or len(shape) != 1:
        return
    places: Any = slice(None)
    if len(target) > ROWS:
        places = sorted(random.Random(0).sample(range(len(target)), ROWS))
    values = numpy.asarray(target)[places]
    if values.dtype.kind not in "iufbO" or (values.dtype.kind == "O" and not _plain_cells(values, "O")):
        return
    codes, classes = pandas.factorize(values)
    for label, column in _feature_columns(features):
        cells = numpy.asarray(column)[places]
        numbers = 2 <= len(classes) > FEW and values.dtype.kind in "iuf"
        share = _correlation(cells, values) if numbers else _told_right(cells, codes, len(classes))
        if share >= SURE:
            yield {
                "kind": "giveaway",
                "name": name,
                "column": label,
                "target": target_name,
                "share": share,
                "numbers": numbers,
                "whole": len(target) <= ROWS,
            }


def _feature_columns(features: Any) -> list[tuple[str, Any]]:
    if hasattr(features, "iloc") and getattr(features, "ndim", 0) == 2:
        frame = features.copy(deep=False)
        return [(str(label), frame.iloc[:, i]) for i, label in enumerate(frame.columns[:COLUMNS])]
    numpy = sys.modules["numpy"]
    return _array_columns(features) if issubclass(type(features), numpy.ndarray) and features.ndim == 2 else []


def _correlation(cells: Any, values: Any) -> float:
    numpy = sys.modules["numpy"]
    if cells.dtype.kind not in "iuf":
        return 0.0
    both = numpy.isfinite(cells) & numpy.isfinite(values)
    if both.sum() < 50 or cells[both].std() == 0 or values[both].std() == 0:
        return 0.0
    return float(abs(numpy.corrcoef(cells[both].astype("float64"), values[both].astype("float64"))[0, 1]))


def _told_right(cells: Any, codes: Any, classes: int) -> float:
    """The share of rows whose class the column tells: by its values where they are few, by one limit where they are
    many numbers and there are two classes. 0 where guessing the commonest class is nearly as good."""
    numpy, pandas = sys.modules["numpy"], sys.modules["pandas"]
    if not 2 <= classes <= FEW or (codes < 0).any():
        return 0.0
    sizes = numpy.bincount(codes, minlength=classes)
    if sizes.max() > 0.99 * len(codes):
        return 0.0
    if cells.dtype.kind == "O" and not _plain_cells(cells, "O"):
        return 0.0
    kinds, found = pandas.factorize(cells)
    if len(found) <= 50:
        table = numpy.zeros((len(found) + 1, classes), dtype="int64")
        numpy.add.at(table, (kinds, codes), 1)  # gaps are -1, the last row
        return float(table.max(axis=1).sum()) / len(codes)
    if cells.dtype.kind not in "iuf" or classes != 2:
        return 0.0
    kept = numpy.isfinite(cells)
    order = numpy.argsort(cells[kept], kind="stable")
    ones = codes[kept][order]
    below = numpy.cumsum(ones)
    count = numpy.arange(1, len(ones) + 1)
    # all up to a place are zeros and all after it ones, or the other way round
    right = (count - below) + (below[-1] - below)
    last = numpy.append(numpy.diff(cells[kept][order]) != 0, True)  # equal values stay together
    right = right[last]
    return float(max(right.max(), len(ones) - right.min())) / len(codes)
