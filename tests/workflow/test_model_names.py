"""What a model is called in messages."""

from __future__ import annotations

import pytest

from nbaudit.model.flow import Model
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.candidates import short


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("sklearn.svm.SVC", "SVC"),
        ("transformers.BertForSequenceClassification.from_pretrained", "BertForSequenceClassification"),
        ("lightgbm.train", "lightgbm"),
        ("xgboost.Booster", "xgboost"),
        ("?0", "the model"),
    ],
)
def test_a_model_is_called_by_its_class(kind: str, name: str) -> None:
    assert short(Model(0, kind, Role.FIT)) == name
