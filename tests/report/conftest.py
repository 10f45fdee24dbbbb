from __future__ import annotations

import pytest

from nbaudit.model.result import AuditResult
from report.factory import make_hostile, make_result


@pytest.fixture
def result() -> AuditResult:
    return make_result()


@pytest.fixture
def hostile() -> AuditResult:
    return make_hostile()
