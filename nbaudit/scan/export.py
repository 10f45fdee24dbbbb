"""The history as tables for other tools, through pandas: Parquet or CSV."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

from nbaudit.errors import UsageError
from nbaudit.report.clean import one_line
from nbaudit.report.csv_format import harmless
from nbaudit.scan.store import DebtRow, ScanRow, Store


def export(store: Store, folder: Path, format_: str) -> list[Path]:
    """Write the tables "scans", "findings" and "verdicts" into the folder; gives the files. Times are UTC.

    Raises:
        UsageError: pyarrow is not installed, which Parquet needs.
    """
    import pandas as pd

    tables = {
        "scans": pd.DataFrame([asdict(row) for row in store.scans()], columns=[item.name for item in fields(ScanRow)]),
        "findings": pd.DataFrame(
            [asdict(row) for row in store.debt()], columns=[item.name for item in fields(DebtRow)]
        ),
        "verdicts": pd.DataFrame(store.verdicts()),
    }
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in tables.items():
        file = folder / f"{name}.{format_}"
        if format_ == "csv":
            shown = table.map(lambda value: harmless(one_line(value)) if isinstance(value, str) else value)
            shown.to_csv(file, index=False, lineterminator="\n")
        else:
            try:
                table.to_parquet(file, index=False)
            except ImportError:
                raise UsageError("Parquet needs pyarrow; pip install 'nbaudit[scan]', or --format csv") from None
        files.append(file)
    return files
