"""Public data sets of which practitioners know that their classes are very uneven, by how their files are called.

A set stands here where the usual target of the published files passes the catalogue's bar: under 20 % of two classes,
or a largest class of more than five times the smallest. How uneven exactly is not said: the notebook may read a part.
"""

from __future__ import annotations

import re

from msgspec import Struct

from nbaudit.patterns import regex


class KnownData(Struct, frozen=True):
    """A public data set: `file` matches its path, `target` the column of its classes ("" for any)."""

    name: str
    file: str
    target: str


KNOWN = (
    KnownData("card fraud", r"creditcard\.csv", ""),
    KnownData("card fraud", r"PS_20174392719|paysim", ""),
    KnownData("card fraud", r"train_transaction\.|fraudTrain\.csv", ""),
    KnownData("SMS spam", r"(^|[/\\])(spam\.csv|SMSSpamCollection)", ""),
    KnownData("wine quality", r"winequality-(red|white)|winequalityN|WineQT", "quality"),
    KnownData("bank marketing", r"bank-(full|additional)", ""),
    KnownData("stroke prediction", r"healthcare-dataset-stroke", "stroke"),
    KnownData("employee attrition", r"HR-Employee-Attrition", "attrition"),
    KnownData("San Francisco crime", r"sf-?crime", ""),
    KnownData("credit delinquency", r"cs-training\.csv|GiveMeSomeCredit", ""),
    KnownData("Santander customers", r"santander-customer-(transaction|satisfaction)", "target"),
    KnownData("Porto Seguro claims", r"porto-?seguro", "target"),
    KnownData("Home Credit default", r"home-credit-default|application_train\.csv", "target"),
    KnownData("Quora insincere questions", r"quora-insincere", ""),
    KnownData("forest cover types", r"covtype\.", ""),
    KnownData("car evaluation", r"(^|[/\\])car\.data|car_evaluation\.csv", ""),
    KnownData("glass types", r"(^|[/\\])glass\.(csv|data)", ""),
    KnownData("truck air pressure", r"aps_failure_training", ""),
    KnownData("skin lesions", r"HAM10000", ""),
    KnownData("diabetic retinopathy", r"aptos2019|diabetic-retinopathy", ""),
    KnownData("vehicle insurance", r"health-insurance-cross-sell", "response"),
    KnownData("online shoppers", r"online_shoppers_intention", "revenue"),
    KnownData("diabetes indicators", r"diabetes_(012|binary)_health_indicators_BRFSS", ""),
    KnownData("heart disease survey", r"heart_2020_cleaned", "heart"),
    KnownData("machine failures", r"ai4i2020", ""),
    KnownData("heartbeats", r"mitbih_(train|test)", ""),
    KnownData("nursery", r"(^|[/\\])nursery\.(data|csv)", ""),
    KnownData("clothing reviews", r"Clothing E-?Commerce Reviews", ""),
    KnownData("semiconductor failures", r"uci-?secom", ""),
    KnownData("fetal health", r"fetal_health\.csv", "fetal_health"),
    KnownData("traffic signs", r"gtsrb|german-traffic-sign", ""),
    KnownData("facial expressions", r"fer-?2013", ""),
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
