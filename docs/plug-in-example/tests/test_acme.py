"""The plug-in's own tests, by nbaudit's public harness; it need not be installed for them."""

from pathlib import Path

import acme_nbaudit
from acme_nbaudit.chat import FORMAT
from acme_nbaudit.warehouse import warehouse_read_without_date

from nbaudit.testing import assert_examples, assert_format, assert_tables

FOLDER = Path(acme_nbaudit.__file__).parent


def test_examples() -> None:
    assert_examples(warehouse_read_without_date, tables=FOLDER)


def test_tables() -> None:
    assert_tables(FOLDER)


def test_format() -> None:
    assert_format(FORMAT)
