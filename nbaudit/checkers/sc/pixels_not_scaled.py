"""SC-M: a neural network on raw pixels."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.scaling import is_network

_HEAD = """
# %%
from tensorflow import keras
(X_train, y_train), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
# %%
"""
_TAIL = """
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=5)  # expect
print(model.evaluate(X_test, y_test))
"""
_PLAIN = """
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(100, activation="relu"), keras.layers.Dense(10)])
"""
FLAGS = (
    Example("dense layers on 0 to 255", _HEAD + _PLAIN + _TAIL),
    Example(
        "convolutions on 0 to 255",
        _HEAD
        + """
X_train = X_train.reshape(-1, 28, 28, 1)
X_test = X_test.reshape(-1, 28, 28, 1)
model = keras.Sequential([keras.layers.Conv2D(8, 3), keras.layers.Flatten(), keras.layers.Dense(10)])
"""
        + _TAIL,
    ),
)
PASSES = (
    Example(
        "divided by 255",
        _HEAD + "X_train, X_test = X_train / 255, X_test / 255\n" + _PLAIN + _TAIL.replace("  # expect", ""),
    ),
    Example(
        "a layer divides",
        _HEAD
        + """
model = keras.Sequential([keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(10)])
"""
        + _TAIL.replace("  # expect", ""),
    ),
)
_SCALING = frozenset({Role.SCALE, Role.ROW_NORMALISE, Role.AUGMENT, Role.UNKNOWN, Role.LOAD_MODEL})


@check("SC-M", flags=FLAGS, passes=PASSES)
def pixels_not_scaled(workflow: Workflow) -> Iterator[Finding]:
    """A neural network is trained on pixels from 0 to 255 as they are.

    Why it is debt: the weights start for inputs near 0 and 1, so training is slow, unstable, or gets stuck.
    Instead: divide by 255, or put a rescaling layer first.
    Blind spots: images that were scaled before they were saved; pre-trained networks that scale inside.
    """
    if workflow.ops(Role.SCALE, Role.AUGMENT, Role.LOAD_MODEL) or workflow.having(Trait.WEIGHTS):
        return
    for training in workflow.supervised:
        source = _pixels(workflow, training)
        if source is None:
            continue
        data = in_code(workflow, training.features) if training.features is not None else "the images"
        name = workflow.name_of(training.features) if training.features is not None else ""
        yield Finding(
            "SC-M",
            "pixels-not-scaled",
            at(training.op),
            f"`{training.op.text}` trains a neural network on {data}, whose pixels nothing scales",
            (step(source, "gives pixels from 0 to 255"), step(training.op, "trains on them as they are")),
            confidence=0.75 * training.op.trust,
            instead=f"{name} = {name} / 255.0" if name.isidentifier() else "",
            root="features-not-scaled",
        )
        return


def _pixels(workflow: Workflow, training: Training) -> Operation | None:
    """The source of the images that a network of known layers is trained on unscaled."""
    features = training.features
    if features is None or not is_network(training) or not training.final.steps:
        return None
    if any(step.role is Role.SCALE or step.has(Trait.WEIGHTS) for step in training.final.flat()):
        return None
    source: Operation | None = None
    for op in workflow.graph.by_mask(features.upstream):
        if op.role in _SCALING:
            return None
        if op.role in (Role.LOAD, Role.BUNDLED) and Trait.IMAGE in op.traits:
            source = op
    return source
