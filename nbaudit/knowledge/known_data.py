"""Public data sets of which practitioners know that their classes are very uneven, by how their files are called.

The shares are those of the published files. A set stands here where the usual target passes the catalogue's bar: under
20 % of two classes, or a largest class of more than five times the smallest.
"""

from __future__ import annotations

import re

from msgspec import Struct

from nbaudit.patterns import regex


class KnownData(Struct, frozen=True):
    """A public data set: `file` matches its path, `target` the column of its classes ("" for any), `low` and `high` are
    the shares (0 to 1) of the smallest and the largest class."""

    name: str
    file: str
    target: str
    low: float
    high: float


KNOWN = (
    KnownData("card fraud", r"creditcard\.csv", "", 0.0017, 0.9983),
    KnownData("card fraud", r"PS_20174392719|paysim", "", 0.0013, 0.9987),
    KnownData("card fraud", r"train_transaction\.|fraudTrain\.csv", "", 0.006, 0.994),
    KnownData("SMS spam", r"(^|[/\\])(spam\.csv|SMSSpamCollection)", "", 0.134, 0.866),
    KnownData("wine quality", r"winequality-(red|white)|winequalityN|WineQT", "quality", 0.004, 0.45),
    KnownData("bank marketing", r"bank-(full|additional)", "", 0.113, 0.887),
    KnownData("stroke prediction", r"healthcare-dataset-stroke", "stroke", 0.049, 0.951),
    KnownData("employee attrition", r"HR-Employee-Attrition", "attrition", 0.161, 0.839),
    KnownData("San Francisco crime", r"sf-?crime", "", 0.00001, 0.2),
    KnownData("credit delinquency", r"cs-training\.csv|GiveMeSomeCredit", "", 0.067, 0.933),
    KnownData("Santander customers", r"santander-customer-(transaction|satisfaction)", "target", 0.1, 0.9),
    KnownData("Porto Seguro claims", r"porto-?seguro", "target", 0.036, 0.964),
    KnownData("Home Credit default", r"home-credit-default|application_train\.csv", "target", 0.081, 0.919),
    KnownData("Quora insincere questions", r"quora-insincere", "", 0.062, 0.938),
    KnownData("forest cover types", r"covtype\.", "", 0.005, 0.49),
    KnownData("car evaluation", r"(^|[/\\])car\.data|car_evaluation\.csv", "", 0.038, 0.7),
    KnownData("glass types", r"(^|[/\\])glass\.(csv|data)", "", 0.042, 0.355),
    KnownData("truck air pressure", r"aps_failure_training", "", 0.017, 0.983),
    KnownData("skin lesions", r"HAM10000", "", 0.011, 0.67),
    KnownData("diabetic retinopathy", r"aptos2019|diabetic-retinopathy", "", 0.053, 0.49),
    KnownData("vehicle insurance", r"health-insurance-cross-sell", "response", 0.123, 0.877),
    KnownData("online shoppers", r"online_shoppers_intention", "revenue", 0.155, 0.845),
    KnownData("diabetes indicators", r"diabetes_(012|binary)_health_indicators_BRFSS", "", 0.139, 0.861),
    KnownData("heart disease survey", r"heart_2020_cleaned", "heart", 0.086, 0.914),
    KnownData("machine failures", r"ai4i2020", "", 0.034, 0.966),
    KnownData("heartbeats", r"mitbih_(train|test)", "", 0.007, 0.828),
    KnownData("nursery", r"(^|[/\\])nursery\.(data|csv)", "", 0.0002, 0.33),
    KnownData("clothing reviews", r"Clothing E-?Commerce Reviews", "", 0.178, 0.822),
    KnownData("semiconductor failures", r"uci-?secom", "", 0.066, 0.934),
    KnownData("fetal health", r"fetal_health\.csv", "fetal_health", 0.083, 0.778),
    KnownData("traffic signs", r"gtsrb|german-traffic-sign", "", 0.005, 0.06),
    KnownData("facial expressions", r"fer-?2013", "", 0.015, 0.25),
)
_ANY = regex("|".join(f"(?:{known.file})" for known in KNOWN), re.IGNORECASE)
_BALANCED = regex(r"5050|balanced|sampled|smote", re.IGNORECASE)


def known_uneven(path: str, targets: frozenset[str]) -> KnownData | None:
    """The known data set that a path names, None where there is none or another column is learned."""
    if not _ANY.search(path) or _BALANCED.search(path):
        return None
    for known in KNOWN:
        if re.search(known.file, path, re.IGNORECASE):
            meant = not known.target or not targets or any(known.target in name.casefold() for name in targets)
            return known if meant else None
    return None
