"""SC-I: a network learns scaled pixels and predicts pixels from 0 to 255."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Value
from nbaudit.model.vocabulary import Family, Role, Trait

_HEAD = """
# %%
import numpy as np
from PIL import Image
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator
network = models.Sequential([layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
network.compile("adam", "binary_crossentropy")
# %%
makers = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
network.fit(makers.flow_from_directory("signs"), epochs=9)
# %%
"""
FLAGS = (
    Example(
        "pictures to predict are not divided",
        _HEAD
        + """
sign = np.array(Image.open("new.png").convert("RGB").resize((64, 64)))
print(network.predict(np.expand_dims(sign, axis=0)))  # expect
""",
    ),
    Example(
        "a test folder without rescaling",
        _HEAD
        + """
others = ImageDataGenerator().flow_from_directory("more_signs", shuffle=False)  # expect
print(network.evaluate(others))
""",
    ),
)
PASSES = (
    Example(
        "divided by 255 as well",
        _HEAD
        + """
sign = np.array(Image.open("new.png").convert("RGB").resize((64, 64))) / 255.0
print(network.predict(np.expand_dims(sign, axis=0)))
""",
    ),
    Example(
        "nothing is scaled, in training as in use",
        _HEAD.replace("rescale=1 / 255, ", "")
        + """
sign = np.array(Image.open("new.png").convert("RGB").resize((64, 64)))
print(network.predict(np.expand_dims(sign, axis=0)))
""",
    ),
)


@check("SC-I", flags=FLAGS, passes=PASSES)
def pixels_scaled_in_training_only(workflow: Workflow) -> Iterator[Finding]:
    """A neural network is trained on scaled pixels, and predicts or is tested on pixels that nothing scales.

    Why it is debt: what the network sees in use is 255 times larger than what it learned from, so it guesses.
    Instead: send every picture through the same function, or make the scaling the first layer.
    Blind spots: pictures that were saved scaled; scaling inside functions of other files.
    """
    networks = [t for t in workflow.supervised if t.final.family is Family.NETWORK and t.features is not None]
    if any(step_.role is Role.SCALE for t in networks for step_ in t.final.flat()):
        return
    scaling: Operation | None = None
    for training in networks:
        assert training.features is not None
        pictures, scaled, unclear = _seen(workflow, training.features)
        if not pictures:
            continue
        if scaled is None or unclear:
            return
        scaling = scaling or scaled
    if scaling is None:
        return
    for op in workflow.ops(Role.PREDICT, Role.EVALUATE):
        if op.model is None or not op.data or op.receiver is None:
            continue
        value = op.data[0]
        pictures, scaled, unclear = _seen(workflow, value)
        if not pictures or scaled is not None or unclear or op.model.final().family not in (Family.NETWORK, None):
            continue
        yield Finding(
            "SC-I",
            "pixels-scaled-in-training-only",
            at(_prepared(workflow, value, op)),
            f"`{op.text}` gives the network pixels as they are, though it learned pixels that `{scaling.text}` scales",
            (step(scaling, "scales the pixels of the training"), step(op, "uses pixels from 0 to 255")),
            confidence=0.75 * op.trust,
            root="pixels-scaled-in-training-only",
        )
        return


def _prepared(workflow: Workflow, value: Value, use: Operation) -> Operation:
    """The last step of the preparation where it stands right before the use, else the use."""
    last = workflow.graph.operations[value.upstream.bit_length() - 1]
    return last if 0 <= use.site.cell - last.site.cell <= 1 else use


_UNCLEAR = frozenset({Role.UNKNOWN, Role.TRANSFORM, Role.PREDICT, Role.CREATE, Role.REDUCE, Role.AGGREGATE})


def _seen(workflow: Workflow, value: Value) -> tuple[bool, Operation | None, bool]:
    """(are they pixels of pictures, what scaled them, may something unknown have scaled them)."""
    pictures, scaled, unclear = False, None, not value.known
    for op in workflow.graph.by_mask(value.upstream):
        if op.role in (Role.LOAD, Role.BUNDLED) and Trait.IMAGE in op.traits:
            pictures = True
        maker = op.receiver.model if op.receiver is not None else None
        given = {*op.args, *(maker.params if maker is not None else ())}
        if op.role is Role.SCALE or given & {"rescale", "preprocessing_function"}:
            scaled = op
        elif pictures and (op.role in _UNCLEAR or (op.role is Role.AUGMENT and Trait.STATELESS not in op.traits)):
            unclear = True
    return pictures, scaled, unclear
