"""What a name means doesn't depend on what was asked before."""

from __future__ import annotations

from nbaudit.knowledge.tables import Tables


def test_a_name_asked_for_early_is_found() -> None:
    assert Tables().rows("sklearn.model_selection.train_test_split")


def test_methods_of_a_family_do_not_depend_on_the_libraries_named_before() -> None:
    early, late = Tables(), Tables()
    late.canonical("torch.nn.Module")
    late.canonical("tensorflow.keras.Model")
    for family in ("~network", "~loader", "~frame", "~transformer"):
        for method in ("fit", "classes", "batch", "transform", "shape"):
            assert early.method(family, method) == late.method(family, method)
