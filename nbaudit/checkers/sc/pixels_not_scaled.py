"""SC-M: a neural network on raw pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import NOTHING, Model, Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
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
_SCALING = frozenset({Role.SCALE, Role.ROW_NORMALISE, Role.UNKNOWN, Role.LOAD_MODEL})
_ARGUMENTS = ("rescale", "preprocessing_function", "featurewise_std_normalization", "samplewise_std_normalization")
"""What makes a generator scale the pictures that it serves."""
_WORDS = regex(r"preprocess|normali[sz]|rescal|/=? ?\(?255|1\.? ?/ ?255|to_?tensor", re.IGNORECASE)
"""Code that may scale what goes into a pre-trained network."""
_IMPORT = regex(r"^\s*(?:from|import)\b.*$|#.*$", re.MULTILINE)


@check("SC-M", flags=FLAGS, passes=PASSES)
def pixels_not_scaled(workflow: Workflow) -> Iterator[Finding]:
    """A neural network is trained on pixels from 0 to 255 as they are.

    Why it is debt: the weights start for inputs near 0 and 1, so training is slow, unstable, or gets stuck.
    Instead: divide by 255, or put a rescaling layer first.
    Blind spots: images that were scaled before they were saved; pre-trained networks that scale inside.
    """
    if workflow.ops(Role.SCALE) or any(model.role is Role.SCALE for model in workflow.graph.models):
        return
    if any(_rescales(op) for op in workflow.ops(Role.AUGMENT, Role.LOAD)):
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


def _rescales(op: Operation) -> bool:
    """True for a generator of pictures that is told to scale them, or may be told so by what is not seen."""
    return "**" in op.text or any(op.arg(name) not in (NOTHING, None, False) or _given(op, name) for name in _ARGUMENTS)


def _given(op: Operation, name: str) -> bool:
    value = op.args.get(name)
    return value is not None and value.constant is NOTHING


def _of_tensors(workflow: Workflow, training: Training) -> tuple[Model, ...]:
    """The layers and networks of a notebook that ties them together by calls, () where none of them takes pictures."""
    made = workflow.graph.operations[training.final.made_by] if training.final.made_by >= 0 else None
    if made is None or not training.final.ref or len(made.args) < 2:
        return ()
    models = workflow.graph.models
    pictures = any(
        model.has(Trait.IMAGE) or model.has(Trait.WEIGHTS) for model in models if model.role is not Role.AUGMENT
    )
    return models if pictures else ()


def _pixels(workflow: Workflow, training: Training) -> Operation | None:
    """The source of the images that a network of known layers is trained on unscaled."""
    features = training.features
    if features is None or not is_network(training):
        return None
    if any(op.id < training.op.id for op in workflow.ops(Role.LOAD_MODEL)):
        return None
    layers = tuple(training.final.flat())
    if not training.final.steps:
        layers = _of_tensors(workflow, training)
        spread = any(layer.has(Trait.SPREAD) for layer in layers)
    else:
        first = training.final.steps[0][1]
        spread = first.has(Trait.SPREAD)
    if not layers or spread:
        return None  # it may bring what comes to one scale by itself
    if not training.final.steps or any(layer.has(Trait.WEIGHTS) for layer in layers):
        inside = any(layer.has(Trait.SPREAD) and layer.has(Trait.WEIGHTS) for layer in layers)
        if inside or any(
            _WORDS.search(_IMPORT.sub("", cell.python)) for cell in workflow.notebook.cells if cell.is_python
        ):
            return None
    # a table of pixels, folded into pictures
    folded = layers[0].has(Trait.IMAGE) or (len(layers) > 1 and layers[1].has(Trait.IMAGE))
    folded = folded and any(
        op.call.endswith(".reshape") and not op.loops for op in workflow.graph.by_mask(features.upstream)
    )
    source: Operation | None = None
    for op in workflow.graph.by_mask(features.upstream):
        if op.role in _SCALING:
            return None
        if op.role in (Role.LOAD, Role.BUNDLED) and (Trait.IMAGE in op.traits or (folded and not op.traits)):
            source = op
    return source
