"""Several models trained in the ways of different people: none of these is a notebook of one algorithm."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_HEAD = """# %%
import numpy as np, pandas as pd
from sklearn.model_selection import *
from sklearn.preprocessing import *
from sklearn.pipeline import *
from sklearn.linear_model import *
from sklearn.ensemble import *
from sklearn.neighbors import *
from sklearn.naive_bayes import *
from sklearn.tree import *
from sklearn.svm import *
from sklearn.base import clone
from sklearn.metrics import *
df = pd.read_csv("loans.csv")
X, y = df.drop(columns="late"), df["late"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
# %%
"""
_WAYS = {
    "append pairs": """models = []
models.append(("LR", LogisticRegression()))
models.append(("KNN", KNeighborsClassifier()))
models.append(("NB", GaussianNB()))
results = []; names = []
for name, model in models:
    kfold = KFold(n_splits=10, random_state=7, shuffle=True)
    cv_results = cross_val_score(model, X_train, y_train, cv=kfold, scoring="f1")
    results.append(cv_results); names.append(name)
    print("%s: %f (%f)" % (name, cv_results.mean(), cv_results.std()))
""",
    "dict of searches": """model_params = {
    "svm": {"model": SVC(gamma="auto"), "params": {"C": [1, 10, 20], "kernel": ["rbf", "linear"]}},
    "forest": {"model": RandomForestClassifier(), "params": {"n_estimators": [1, 5], "max_depth": [3, 5]}},
    "logistic": {"model": LogisticRegression(), "params": {"C": [1, 5, 10], "penalty": ["l1", "l2"]}},
}
scores = []
for model_name, mp in model_params.items():
    clf = GridSearchCV(mp["model"], mp["params"], cv=5, return_train_score=False, scoring="f1")
    clf.fit(X_train, y_train)
    scores.append({"model": model_name, "best_score": clf.best_score_, "best_params": clf.best_params_})
pd.DataFrame(scores, columns=["model", "best_score", "best_params"])
""",
    "classes": """for Model in [LogisticRegression, KNeighborsClassifier, RandomForestClassifier]:
    m = Model()
    m.fit(X_train, y_train)
    print(Model.__name__, f1_score(y_test, m.predict(X_test)))
""",
    "dict comprehension": """models = {"lr": LogisticRegression(), "rf": RandomForestClassifier(), "nb": GaussianNB()}
fitted = {k: m.fit(X_train, y_train) for k, m in models.items()}
scores = {k: f1_score(y_test, m.predict(X_test)) for k, m in fitted.items()}
print(scores)
""",
    "list comprehension": """models = [LogisticRegression(), RandomForestClassifier(), GaussianNB()]
[m.fit(X_train, y_train) for m in models]
pd.DataFrame({"model": [type(m).__name__ for m in models], "f1": [f1_score(y_test, m.predict(X_test)) for m in models]})
""",
    "map": """models = [LogisticRegression(), RandomForestClassifier(), GaussianNB()]
fitted = list(map(lambda m: m.fit(X_train, y_train), models))
scores = list(map(lambda m: f1_score(y_test, m.predict(X_test)), fitted))
print(scores)
""",
    "a function for each": """def train(model):
    model.fit(X_train, y_train)
    p = model.predict(X_test)
    print(classification_report(y_test, p))
    return model
lr = train(LogisticRegression())
rf = train(RandomForestClassifier())
""",
    "by place in a function": """def evaluate_models(X_train, y_train, X_test, y_test, models, param):
    report = {}
    for i in range(len(list(models))):
        model = list(models.values())[i]
        para = param[list(models.keys())[i]]
        gs = GridSearchCV(model, para, cv=3)
        gs.fit(X_train, y_train)
        model.set_params(**gs.best_params_)
        model.fit(X_train, y_train)
        y_test_pred = model.predict(X_test)
        report[list(models.keys())[i]] = f1_score(y_test, y_test_pred)
    return report
models = {
    "Random Forest": RandomForestClassifier(),
    "Decision Tree": DecisionTreeClassifier(),
    "Logistic": LogisticRegression(),
}
params = {
    "Decision Tree": {"criterion": ["gini", "entropy"], "max_depth": [3, 5]},
    "Random Forest": {"n_estimators": [8, 16], "max_depth": [3, 5]},
    "Logistic": {"C": [0.1, 1], "penalty": ["l2", None]},
}
print(evaluate_models(X_train, y_train, X_test, y_test, models, params))
""",
    "list of pipelines": """pipe_lr = Pipeline([("sc", StandardScaler()), ("lr", LogisticRegression())])
pipe_dt = Pipeline([("sc", StandardScaler()), ("dt", DecisionTreeClassifier())])
pipe_sv = Pipeline([("sc", StandardScaler()), ("sv", SVC())])
pipelines = [pipe_lr, pipe_dt, pipe_sv]
pipe_dict = {0: "LR", 1: "DT", 2: "SVC"}
for pipe in pipelines:
    pipe.fit(X_train, y_train)
for i, model in enumerate(pipelines):
    print("{} f1: {}".format(pipe_dict[i], f1_score(y_test, model.predict(X_test))))
""",
    "a class of our own": """class Bench:
    def __init__(self, X_train, X_test, y_train, y_test):
        self.X_train, self.X_test, self.y_train, self.y_test = X_train, X_test, y_train, y_test
        self.models = {}
        self.scores = {}
    def add(self, name, model):
        self.models[name] = model
        return self
    def run(self):
        for name, m in self.models.items():
            m.fit(self.X_train, self.y_train)
            self.scores[name] = f1_score(self.y_test, m.predict(self.X_test))
        return pd.Series(self.scores)
b = Bench(X_train, X_test, y_train, y_test)
b.add("lr", LogisticRegression()).add("rf", RandomForestClassifier())
print(b.run())
""",
    "words told apart": """def make(kind):
    if kind == "lr":
        return LogisticRegression()
    elif kind == "rf":
        return RandomForestClassifier()
    else:
        return GaussianNB()
for kind in ["lr", "rf", "nb"]:
    m = make(kind)
    m.fit(X_train, y_train)
    print(kind, f1_score(y_test, m.predict(X_test)))
""",
    "keys of a table": """algos = dict(lr=LogisticRegression(), rf=RandomForestClassifier())
out = pd.DataFrame(index=algos, columns=["f1"])
for a in out.index:
    m = algos[a].fit(X_train, y_train)
    out.loc[a, "f1"] = f1_score(y_test, m.predict(X_test))
print(out)
""",
    "clones": """base = [LogisticRegression(), RandomForestClassifier()]
trained = [clone(m).fit(X_train, y_train) for m in base]
for m in trained:
    print(m.__class__.__name__, f1_score(y_test, m.predict(X_test)))
""",
    "families of models": """zoo = {"linear": [LogisticRegression(), LinearSVC()], "trees": [DecisionTreeClassifier()]}
for family, members in zoo.items():
    for m in members:
        m.fit(X_train, y_train)
        print(family, m, f1_score(y_test, m.predict(X_test)))
""",
    "products": """from itertools import product
for m, sc in product([LogisticRegression(), KNeighborsClassifier()], [StandardScaler(), MinMaxScaler()]):
    p = make_pipeline(sc, m).fit(X_train, y_train)
    print(f1_score(y_test, p.predict(X_test)))
""",
}


@pytest.mark.parametrize("code", _WAYS.values(), ids=list(_WAYS))
def test_several_models_are_several_candidates(code: str) -> None:
    result = audit_notebook(notebook_from_text(_HEAD + code))
    assert not result.failures
    assert [result.verdicts[issue].state.value for issue in ("AL-M", "AL-I", "EM-I")] == ["absent"] * 3
