"""Ways of writing one step of preparing data: each must be judged as its plainest form is.

Each variant stands in a small notebook between the read of a table and the training on it.
"""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_IMPORTS = """# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
from sklearn.impute import SimpleImputer, KNNImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, LinearRegression
from sklearn.metrics import classification_report, f1_score, mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, MinMaxScaler, LabelEncoder, OneHotEncoder, OrdinalEncoder
"""
_NOTEBOOKS = {
    "fills_of_two_files": (
        "MV-W",
        """# %%
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.info()
test.info()
# %%
""",
        """
# %%
X = train.drop("Survived", axis=1)
y = train["Survived"]
m = RandomForestClassifier(n_estimators=200)
m.fit(X, y)
pd.DataFrame({"id": test["PassengerId"], "Survived": m.predict(test)}).to_csv("sub.csv")
""",
    ),
    "constants_and_neighbours": (
        "MV-W",
        """# %%
df = pd.read_csv("train.csv")
df.info()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
""",
    ),
    "rows_dropped": (
        "MV-W",
        """# %%
df = pd.read_csv("train.csv")
df.head()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
""",
    ),
    "fills_thrown_away": (
        "MV-W",
        """# %%
df = pd.read_csv("train.csv")
df.info()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
""",
    ),
    "looks": (
        "DC-I",
        """# %%
df = pd.read_csv("data.csv")
""",
        """""",
    ),
    "parts": (
        "DC-I",
        """# %%
df = pd.read_csv("data.csv")
df.head()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]

# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
# %%
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
# %%
clf = LogisticRegression(random_state=0)
clf.fit(X_train, y_train)
# %%
from sklearn.metrics import confusion_matrix, accuracy_score
y_pred = clf.predict(X_test)
cm = confusion_matrix(y_test, y_pred)
print(cm)
""",
    ),
    "outliers_left": (
        "OU-I",
        """# %%
import plotly.express as px
from scipy import stats
df = pd.read_csv("houses.csv")
df.head()
# %%
""",
        """
# %%
X = df[["area", "rooms", "age"]]
y = df["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
m = LinearRegression()
m.fit(X_train, y_train)
print(mean_absolute_error(y_test, m.predict(X_test)), r2_score(y_test, m.predict(X_test)))
""",
    ),
    "outlier_rules": (
        "OU-W",
        """# %%
from scipy import stats
from scipy.stats import zscore, iqr
df = pd.read_csv("houses.csv")
df.info()
df.isnull().sum()
sns.boxplot(x=df["price"])
# %%
""",
        """
# %%
X = df[["area", "rooms", "age"]]
y = df["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
m = LinearRegression()
m.fit(X_train, y_train)
print(mean_absolute_error(y_test, m.predict(X_test)), r2_score(y_test, m.predict(X_test)))
""",
    ),
    "joins_checked": (
        "DI-I",
        """# %%
visits = pd.read_csv("visits.csv")
shops = pd.read_csv("shops.csv")
print(visits.head())
print(shops.head())
# %%
""",
        """
# %%
X = d.drop("y", axis=1)
y = d["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
m = LinearRegression()
m.fit(X_train, y_train)
print(mean_absolute_error(y_test, m.predict(X_test)))
""",
    ),
    "joins_by_position": (
        "DI-W",
        """# %%
visits = pd.read_csv("visits.csv")
shops = pd.read_csv("shops.csv")
print(visits.head())
print(shops.head())
# %%
""",
        """
# %%
X = d.drop("y", axis=1)
y = d["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
m = LinearRegression()
m.fit(X_train, y_train)
print(mean_absolute_error(y_test, m.predict(X_test)))
""",
    ),
    "values_looked_at": (
        "IC-M",
        """# %%
df = pd.read_csv("train.csv")
df.head()
df.info()
df.isnull().sum()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
""",
    ),
    "repairs": (
        "IC-W",
        """# %%
df = pd.read_csv("train.csv")
df.head()
df.info()
df.isnull().sum()
# %%
df["city"].value_counts()
# %%
""",
        """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
""",
    ),
    "parts_treated": (
        "MV-I",
        """# %%
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.info()
test.info()
# %%
""",
        """
# %%
feats = ["Age", "Fare", "Sex"]
m = RandomForestClassifier(n_estimators=200)
m.fit(train[feats], train["Survived"])
test["Survived"] = m.predict(test[feats])
test[["PassengerId", "Survived"]].to_csv("sub.csv")
""",
    ),
}

_PRESENT = (
    (
        "fills_of_two_files",
        "combine = [train, test]\nfor dataset in combine:\n"
        '    dataset["Age"] = dataset["Age"].fillna(dataset["Age"].median())',
    ),
    (
        "fills_of_two_files",
        'for dataset in [train, test]:\n    dataset["Age"].fillna(dataset["Age"].median(), inplace=True)',
    ),
    ("fills_of_two_files", 'for d in (train, test):\n    d.loc[d.Age.isnull(), "Age"] = d.Age.mean()'),
    (
        "fills_of_two_files",
        'full_data = [train, test]\nfor dataset in full_data:\n    age_avg = dataset["Age"].mean()\n'
        '    age_std = dataset["Age"].std()\n    n = dataset["Age"].isnull().sum()\n'
        "    r = np.random.randint(age_avg - age_std, age_avg + age_std, size=n)\n"
        '    dataset["Age"][np.isnan(dataset["Age"])] = r\n'
        '    dataset["Age"] = dataset["Age"].astype(int)',
    ),
    (
        "fills_of_two_files",
        "combine = [train, test]\nguess_ages = np.zeros((2,3))\nfor dataset in combine:\n"
        "    for i in range(0, 2):\n        for j in range(0, 3):\n"
        '            guess_df = dataset[(dataset["Sex"] == i) & (dataset["Pclass"] == '
        'j+1)]["Age"].dropna()\n            age_guess = guess_df.median()\n'
        "            guess_ages[i,j] = int(age_guess/0.5 + 0.5) * 0.5\n    for i in range(0, 2):\n"
        "        for j in range(0, 3):\n"
        "            dataset.loc[(dataset.Age.isnull()) & (dataset.Sex == i) & (dataset.Pclass "
        '== j+1), "Age"] = guess_ages[i,j]\n    dataset["Age"] = dataset["Age"].astype(int)',
    ),
    ("fills_of_two_files", 'test["Fare"].fillna(test["Fare"].dropna().median(), inplace=True)'),
    ("fills_of_two_files", 'test["Fare"] = test["Fare"].fillna(test["Fare"].mean())'),
    ("fills_of_two_files", "test.Fare[test.Fare.isnull()] = test.Fare.median()"),
    (
        "fills_of_two_files",
        'train["Age"] = train["Age"].fillna(train["Age"].mean())\ntest["Age"] = test["Age"].fillna(test["Age"].mean())',
    ),
    (
        "fills_of_two_files",
        'imp = SimpleImputer(strategy="median")\ntrain[["Age"]] = imp.fit_transform(train[["Age"]])\n'
        'test[["Age"]] = imp.fit_transform(test[["Age"]])',
    ),
    (
        "fills_of_two_files",
        'def clean(d):\n    d["Age"] = d["Age"].fillna(d["Age"].median())\n'
        '    d["Embarked"] = d["Embarked"].fillna("S")\n    return d\ntrain = clean(train)\n'
        "test = clean(test)",
    ),
    (
        "fills_of_two_files",
        "def simplify_ages(df):\n    df.Age = df.Age.fillna(df.Age.median())\n    return df\n"
        "def transform_features(df):\n    df = simplify_ages(df)\n    return df\n"
        "train = transform_features(train)\ntest = transform_features(test)",
    ),
    (
        "fills_of_two_files",
        'train["Age"] = train.groupby("Title")["Age"].transform(lambda x: x.fillna(x.median()))\n'
        'test["Age"] = test.groupby("Title")["Age"].transform(lambda x: x.fillna(x.median()))',
    ),
    (
        "fills_of_two_files",
        'train["Age"].fillna(train.groupby("Title")["Age"].transform("median"), inplace=True)\n'
        'test["Age"].fillna(test.groupby("Title")["Age"].transform("median"), inplace=True)',
    ),
    ("fills_of_two_files", "train = train.fillna(train.mean())\ntest = test.fillna(test.mean())"),
    ("fills_of_two_files", "train.fillna(train.median(), inplace=True)\ntest.fillna(test.median(), inplace=True)"),
    (
        "fills_of_two_files",
        'for c in ["Age", "Fare"]:\n    train[c] = train[c].fillna(train[c].mean())\n'
        "    test[c] = test[c].fillna(test[c].mean())",
    ),
    (
        "fills_of_two_files",
        'train["Age"] = SimpleImputer().fit_transform(train["Age"].values.reshape(-1,1))\n'
        'test["Age"] = SimpleImputer().fit_transform(test["Age"].values.reshape(-1,1))',
    ),
    (
        "fills_of_two_files",
        'mapping = {"train": train, "test": test}\nfor name, d in mapping.items():\n'
        '    d["Age"] = d["Age"].fillna(d["Age"].median())',
    ),
    ("constants_and_neighbours", "df = df.fillna(0)"),
    ("constants_and_neighbours", "df.fillna(-1, inplace=True)"),
    ("constants_and_neighbours", "df = df.fillna(-999)"),
    ("constants_and_neighbours", "df = df.replace(np.nan, 0)"),
    ("constants_and_neighbours", "df[df.isnull()] = 0"),
    ("constants_and_neighbours", "df = df.where(df.notnull(), 0)"),
    ("constants_and_neighbours", "for col in df.columns:\n    df[col] = df[col].fillna(0)"),
    ("constants_and_neighbours", "df = df.fillna(0)\ndf = df.replace([np.inf, -np.inf], 0)"),
    (
        "constants_and_neighbours",
        'df = pd.DataFrame(SimpleImputer(strategy="constant", fill_value=0).fit_transform(df), columns=df.columns)',
    ),
    ("constants_and_neighbours", 'df["Age"] = df["Age"].fillna(0)'),
    ("constants_and_neighbours", 'df["Age"] = df["Age"].fillna(-1)'),
    ("constants_and_neighbours", 'df["Age"].fillna(-0.5, inplace=True)'),
    ("constants_and_neighbours", "df = df.fillna(9999)"),
    ("constants_and_neighbours", 'df.fillna(method="ffill", inplace=True)'),
    ("constants_and_neighbours", "df = df.ffill()"),
    ("constants_and_neighbours", 'df = df.fillna(method="bfill")'),
    ("constants_and_neighbours", "df = df.bfill().ffill()"),
    ("constants_and_neighbours", 'df["Age"] = df["Age"].fillna(method="pad")'),
    ("constants_and_neighbours", 'df["Age"] = df["Age"].interpolate()'),
    ("constants_and_neighbours", 'df["Age"].interpolate(method="linear", inplace=True)'),
    ("constants_and_neighbours", "df = df.interpolate()"),
    ("rows_dropped", "df = df.dropna()"),
    ("rows_dropped", "df.dropna(inplace=True)"),
    ("rows_dropped", "df = df.dropna(axis=0)"),
    ("rows_dropped", 'df = df.dropna(how="any")'),
    ("rows_dropped", 'df = pd.read_csv("other.csv").dropna()'),
    ("rows_dropped", "df = df[~df.isnull().any(axis=1)]"),
    ("rows_dropped", "df = df[df.notnull().all(axis=1)]"),
    ("rows_dropped", "df = df.dropna().reset_index(drop=True)"),
    ("rows_dropped", 'df.replace("?", np.nan, inplace=True)\ndf.dropna(inplace=True)'),
    ("rows_dropped", "data = df.copy()\ndata = data.dropna()\ndf = data"),
    ("rows_dropped", "def prep(d):\n    d = d.dropna()\n    return d\ndf = prep(df)"),
    ("rows_dropped", 'df = df.drop(["Cabin", "Name"], axis=1)\ndf = df.dropna()'),
    ("rows_dropped", 'df = df.dropna(axis="index")'),
    ("rows_dropped", "df = df.drop(df[df.isnull().any(axis=1)].index)"),
    ("rows_dropped", 'cols = ["a", "b", "c", "y"]\ndf = df[cols].dropna()'),
    ("fills_thrown_away", 'df["Age"].fillna(df["Age"].median())'),
    ("fills_thrown_away", "df.fillna(0)"),
    ("fills_thrown_away", "df.dropna()"),
    ("fills_thrown_away", 'df["Age"].replace(np.nan, 30)'),
    ("fills_thrown_away", "df.fillna(df.mean())\ndf.isnull().sum()"),
    ("fills_thrown_away", 'df["Age"].interpolate()'),
    ("fills_thrown_away", 'for c in ["a", "b"]:\n    df[c].fillna(df[c].mode()[0])'),
    ("fills_thrown_away", 'df.dropna(axis=0, how="any")\nprint(df.shape)'),
    ("fills_thrown_away", 'SimpleImputer().fit_transform(df[["a", "b"]])'),
    ("fills_thrown_away", "def clean(d):\n    d.fillna(0)\n    return d\ndf = clean(df)"),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n\n# %%\n"
        "from matplotlib.colors import ListedColormap\nX_set, y_set = X_train, y_train\n"
        "X1, X2 = np.meshgrid(np.arange(start = X_set[:, 0].min() - 1, stop = X_set[:, 0].max() "
        "+ 1, step = 0.01),\n"
        "                     np.arange(start = X_set[:, 1].min() - 1, stop = X_set[:, 1].max() "
        "+ 1, step = 0.01))\nplt.contourf(X1, X2, clf.predict(np.array([X1.ravel(), "
        "X2.ravel()]).T).reshape(X1.shape), alpha = 0.75)\nplt.xlim(X1.min(), X1.max())\n"
        "for i, j in enumerate(np.unique(y_set)):\n"
        "    plt.scatter(X_set[y_set == j, 0], X_set[y_set == j, 1], label = j)\nplt.legend()\n"
        "plt.show()\n",
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=1/3, random_state=0)\n"
        "# %%\nreg = LinearRegression()\nreg.fit(X_train, y_train)\n# %%\n"
        'plt.scatter(X_train, y_train, color="red")\n'
        'plt.plot(X_train, reg.predict(X_train), color="blue")\nplt.show()\n',
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n\n# %%\n"
        "print(np.concatenate((y_pred.reshape(-1,1), y_test.reshape(-1,1)), 1))",
    ),
    (
        "looks",
        "from sklearn.cluster import KMeans\nX = df.iloc[:, [3, 4]].values\n# %%\nwcss = []\n"
        'for i in range(1, 11):\n    kmeans = KMeans(n_clusters=i, init="k-means++", random_state=42)\n'
        "    kmeans.fit(X)\n    wcss.append(kmeans.inertia_)\nplt.plot(range(1, 11), wcss)\n"
        "plt.show()\n# %%\nkmeans = KMeans(n_clusters=5)\ny_kmeans = kmeans.fit_predict(X)\n# %%\n"
        'plt.scatter(X[y_kmeans == 0, 0], X[y_kmeans == 0, 1], s=100, c="red")\n'
        "plt.scatter(kmeans.cluster_centers_[:, 0], kmeans.cluster_centers_[:, 1], s=300)\nplt.show()",
    ),
    (
        "looks",
        'df = df.dropna()\ndf = pd.get_dummies(df)\nX = df.drop("y", axis=1)\ny = df["y"]\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        'le = LabelEncoder()\ndf["c"] = le.fit_transform(df["c"])\nX = df.drop("y", axis=1).values\n'
        'y = df["y"].values\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        'X = df.drop("y", axis=1)\ny = df["y"]\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n\n# %%\n"
        'pd.Series(clf.coef_[0]).plot(kind="barh")',
    ),
    (
        "looks",
        'X = df[["a","b"]]\ny = df["y"]\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n\n# %%\n"
        "from sklearn.metrics import RocCurveDisplay, roc_auc_score\n"
        "print(roc_auc_score(y_test, clf.predict_proba(X_test)[:,1]))",
    ),
    ("parts", "df = df[:10000]"),
    ("parts", "df = df.head(5000)"),
    ("parts", "df = df.sample(1000, random_state=1)"),
    ("parts", "df = df.sample(frac=0.1)"),
    ("parts", "df = df.iloc[:20000]"),
    ("parts", "df = df.loc[:50000]"),
    ("parts", "df = df.iloc[0:10000, :]"),
    ("parts", "df = df.iloc[::10]"),
    ("parts", "n = 3000\ndf = df[:n]"),
    ("parts", "df = df.tail(10000)"),
    ("parts", "df = df[-5000:]"),
    ("parts", 'df = pd.read_csv("data.csv", nrows=50000)'),
    ("parts", 'df = pd.read_csv("data.csv", error_bad_lines=False)'),
    ("parts", 'df = pd.read_csv("data.csv", on_bad_lines="skip")'),
    ("parts", 'df = next(pd.read_csv("data.csv", chunksize=10000))'),
    ("parts", 'df = pd.read_csv("data.csv", skiprows=lambda i: i > 0 and np.random.rand() > 0.1)'),
    ("parts", "df = df[df.index < 10000]"),
    (
        "parts",
        'import sqlite3\ncon = sqlite3.connect("x.db")\ndf = pd.read_sql_query("SELECT * FROM t LIMIT 5000", con)',
    ),
    ("parts", 'df = df.groupby("y").head(500)'),
    ("parts", 'df = df.groupby("y").apply(lambda g: g.sample(100)).reset_index(drop=True)'),
    ("parts", "small = df.sample(n=2000)\ndf = small.copy()"),
    ("parts", "SAMPLE = 2000\ndf = df.sample(SAMPLE)"),
    ("outliers_left", 'sns.boxplot(x=df["price"])'),
    ("outliers_left", "sns.boxplot(data=df)"),
    ("outliers_left", "df.boxplot()"),
    ("outliers_left", 'df.plot(kind="box", subplots=True)'),
    ("outliers_left", "df.plot.box()"),
    ("outliers_left", 'plt.boxplot(df["price"])'),
    ("outliers_left", 'px.box(df, y="price")'),
    ("outliers_left", 'sns.catplot(kind="box", x="rooms", y="price", data=df)'),
    ("outliers_left", 'sns.boxenplot(x=df["area"])'),
    ("outliers_left", 'for c in ["area","price"]:\n    plt.figure()\n    sns.boxplot(x=df[c])\n    plt.show()'),
    (
        "outliers_left",
        "fig, ax = plt.subplots(2, 2)\nfor i, c in enumerate(df.columns):\n"
        "    sns.boxplot(y=c, data=df, ax=ax[i//2, i%2])",
    ),
    (
        "outliers_left",
        "def draw(d, cols):\n    for c in cols:\n        d.boxplot(column=c)\n        plt.show()\n"
        'draw(df, ["area", "age"])',
    ),
    ("outliers_left", 'df[["area","price"]].boxplot(figsize=(8,4))'),
    ("outliers_left", 'df["area"].plot(kind="box")'),
    ("outliers_left", 'sns.boxplot(x="variable", y="value", data=pd.melt(df))'),
    ("outliers_left", 'sns.boxplot(x="variable", y="value", data=pd.melt(df[["area","age"]]))'),
    ("outliers_left", 'sns.boxplot(data=df[["area","rooms"]], orient="h")'),
    ("outliers_left", 'ax = df.boxplot(column="price", by="rooms")'),
    ("outliers_left", 'plt.boxplot([df["area"], df["age"]])'),
    (
        "outliers_left",
        'num = df.select_dtypes("number")\nnum.plot(kind="box", layout=(3,3), subplots=True, sharex=False)',
    ),
    (
        "outliers_left",
        'import plotly.graph_objects as go\nfig = go.Figure()\nfig.add_trace(go.Box(y=df["price"]))\nfig.show()',
    ),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\n# %% [markdown]\n# As the box plot shows, there are outliers in price.',
    ),
    ("outliers_left", 'sns.histplot(df["price"])\n# %% [markdown]\n# There are many outliers in the data.'),
    ("outliers_left", '# check for outliers\nsns.boxplot(x=df["price"])'),
    (
        "outliers_left",
        '## Outliers\nsns.boxplot(x=df["price"])\n# %%\nq1 = df["price"].quantile(0.25)\n'
        'q3 = df["price"].quantile(0.75)\niqr = q3 - q1\n'
        'print(((df["price"] < q1 - 1.5*iqr) | (df["price"] > q3 + 1.5*iqr)).sum())',
    ),
    (
        "outliers_left",
        'q1 = df["price"].quantile(0.25)\nq3 = df["price"].quantile(0.75)\niqr = q3 - q1\n'
        'outliers = df[(df["price"] < q1 - 1.5*iqr) | (df["price"] > q3 + 1.5*iqr)]\n'
        'print(len(outliers))\nsns.boxplot(x=df["price"])',
    ),
    ("outlier_rules", 'df = df[df["area"] < df["area"].quantile(0.99)]'),
    (
        "outlier_rules",
        'q1, q3 = df["area"].quantile([0.25, 0.75])\niqr = q3 - q1\n'
        'df = df[(df["area"] >= q1 - 1.5*iqr) & (df["area"] <= q3 + 1.5*iqr)]',
    ),
    (
        "outlier_rules",
        "Q1 = df.quantile(0.25)\nQ3 = df.quantile(0.75)\nIQR = Q3 - Q1\n"
        "df = df[~((df < (Q1 - 1.5 * IQR)) | (df > (Q3 + 1.5 * IQR))).any(axis=1)]",
    ),
    (
        "outlier_rules",
        'Q1 = np.percentile(df["area"], 25)\nQ3 = np.percentile(df["area"], 75)\nIQR = Q3 - Q1\n'
        'upper = np.where(df["area"] >= Q3 + 1.5*IQR)\ndf.drop(upper[0], inplace=True)',
    ),
    ("outlier_rules", "z = np.abs(stats.zscore(df))\ndf = df[(z < 3).all(axis=1)]"),
    ("outlier_rules", 'df = df[(np.abs(stats.zscore(df["area"])) < 3)]'),
    ("outlier_rules", 'df = df[np.abs(df["area"] - df["area"].mean()) <= 3 * df["area"].std()]'),
    (
        "outlier_rules",
        'm, s = df["area"].mean(), df["area"].std()\ndf = df[(df["area"] > m - 3*s) & (df["area"] < m + 3*s)]',
    ),
    (
        "outlier_rules",
        'upper = df["area"].mean() + 3*df["area"].std()\ndf["area"] = np.where(df["area"] > upper, upper, df["area"])',
    ),
    ("outlier_rules", 'df["area"] = df["area"].clip(df["area"].quantile(0.01), df["area"].quantile(0.99))'),
    ("outlier_rules", 'df["area"] = df["area"].clip(upper=df["area"].quantile(0.99))'),
    ("outlier_rules", 'lo, hi = np.percentile(df["area"], [1, 99])\ndf["area"] = np.clip(df["area"], lo, hi)'),
    (
        "outlier_rules",
        'from scipy.stats.mstats import winsorize\ndf["area"] = winsorize(df["area"], limits=[0.05, 0.05])',
    ),
    (
        "outlier_rules",
        "from sklearn.ensemble import IsolationForest\niso = IsolationForest(contamination=0.1)\n"
        "pred = iso.fit_predict(df)\ndf = df[pred != -1]",
    ),
    (
        "outlier_rules",
        "from sklearn.ensemble import IsolationForest\niso = IsolationForest(contamination=0.1)\n"
        'df["o"] = iso.fit_predict(df[["area", "age"]])\ndf = df[df["o"] == 1].drop("o", axis=1)',
    ),
    (
        "outlier_rules",
        "from sklearn.neighbors import LocalOutlierFactor\n"
        "mask = LocalOutlierFactor().fit_predict(df) == 1\ndf = df.loc[mask]",
    ),
    (
        "outlier_rules",
        "def remove_outliers(d, c):\n    q1 = d[c].quantile(0.25)\n    q3 = d[c].quantile(0.75)\n"
        "    iqr = q3 - q1\n    return d[(d[c] > q1 - 1.5*iqr) & (d[c] < q3 + 1.5*iqr)]\n"
        'for c in ["area", "age"]:\n    df = remove_outliers(df, c)',
    ),
    (
        "outlier_rules",
        "def iqr_bounds(s):\n    q1, q3 = s.quantile(.25), s.quantile(.75)\n"
        '    return q1 - 1.5*(q3-q1), q3 + 1.5*(q3-q1)\nlo, hi = iqr_bounds(df["area"])\n'
        'df = df[df["area"].between(lo, hi)]',
    ),
    (
        "outlier_rules",
        'for c in ["area", "age"]:\n    q1 = df[c].quantile(.25)\n    q3 = df[c].quantile(.75)\n'
        "    iqr = q3 - q1\n    df.loc[df[c] > q3 + 1.5*iqr, c] = q3 + 1.5*iqr",
    ),
    (
        "outlier_rules",
        'for c in ["area", "age"]:\n    hi = df[c].quantile(.99)\n'
        "    df[c] = df[c].apply(lambda v: hi if v > hi else v)",
    ),
    ("outlier_rules", 'hi = df["area"].quantile(.99)\ndf = df.drop(df[df["area"] > hi].index)'),
    (
        "outlier_rules",
        'hi = df["area"].quantile(.99)\nidx = df[df["area"] > hi].index\ndf.drop(idx, inplace=True)\n'
        "df.reset_index(drop=True, inplace=True)",
    ),
    ("outlier_rules", 'hi = df["area"].quantile(.99)\ndf = df.query("area < @hi")'),
    (
        "outlier_rules",
        "from collections import Counter\ndef detect(d, n, cols):\n    idx = []\n    for c in cols:\n"
        "        q1 = np.percentile(d[c], 25)\n        q3 = np.percentile(d[c], 75)\n"
        "        step = 1.5 * (q3 - q1)\n"
        "        idx.extend(d[(d[c] < q1 - step) | (d[c] > q3 + step)].index)\n    cnt = Counter(idx)\n"
        '    return [k for k, v in cnt.items() if v > n]\ndrop = detect(df, 2, ["area", "age"])\n'
        "df = df.drop(drop, axis=0).reset_index(drop=True)",
    ),
    (
        "outlier_rules",
        "class Capper:\n    def fit(self, X):\n        self.hi = X.quantile(0.99)\n"
        "        return self\n    def transform(self, X):\n"
        "        return X.clip(upper=self.hi, axis=1)\nc = Capper().fit(df)\ndf = c.transform(df)",
    ),
    ("outlier_rules", 'df = df[df["price"] < 1000000]'),
    ("outlier_rules", 'df = df.drop(df[(df["area"] > 4000) & (df["price"] < 300000)].index)'),
    ("outlier_rules", "df = df[df.price <= df.price.quantile(.99)]"),
    ("outlier_rules", 'z = (df["area"] - df["area"].mean()) / df["area"].std()\ndf = df[z.abs() < 3]'),
    ("outlier_rules", 'df["z"] = zscore(df["area"])\ndf = df[df["z"].abs() < 3]\ndf = df.drop("z", axis=1)'),
    ("outlier_rules", 'df["area"] = df["area"].mask(df["area"] > df["area"].quantile(0.99), df["area"].median())'),
    (
        "outlier_rules",
        'mask = (df["area"] > df["area"].quantile(0.01)) & (df["area"] < df["area"].quantile(0.99))\ndf = df[mask]',
    ),
    ("outlier_rules", 'df = df[df["area"].between(*df["area"].quantile([0.01, 0.99]))]'),
    ("outlier_rules", 'df = df[(df["area"] - df["area"].mean()).abs() < 3 * df["area"].std()].copy()'),
    (
        "outlier_rules",
        'df["area"] = df.groupby("rooms")["area"].transform(lambda s: s.clip(s.quantile(.05), s.quantile(.95)))',
    ),
    ("joins_checked", 'd = visits.merge(shops, on="shop")'),
    ("joins_checked", 'd = pd.merge(visits, shops, on="shop", how="left")'),
    ("joins_checked", 'd = visits.join(shops.set_index("shop"), on="shop")'),
    ("joins_checked", 'd = pd.merge(visits, shops, left_on="shop", right_on="id", how="inner")\nd.head()'),
    ("joins_checked", 'd = visits\nfor t in [shops]:\n    d = d.merge(t, on="shop", how="left")'),
    ("joins_checked", 'dfs = [visits, shops]\nd = dfs[0]\nfor t in dfs[1:]:\n    d = pd.merge(d, t, on="shop")'),
    (
        "joins_checked",
        'import sqlite3\ncon = sqlite3.connect(":memory:")\nd = visits.merge(shops, how="outer", on="shop")',
    ),
    ("joins_checked", 'def join(a, b):\n    return a.merge(b, on="shop", how="left")\nd = join(visits, shops)'),
    ("joins_checked", 'd = visits.set_index("shop").join(shops.set_index("shop"), how="inner").reset_index()'),
    ("joins_checked", 'd = pd.merge_asof(visits.sort_values("t"), shops.sort_values("t"), on="t")'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left")\nd.describe()'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left")\nd = d.fillna(0)'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nw = np.ones(len(d))'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nn = d.shape[0]\nk = n // 2'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nd[d["shop"] == 3]'),
    ("joins_by_position", "d = visits.merge(shops)"),
    ("joins_by_position", "d = pd.merge(visits, shops)"),
    ("joins_by_position", 'd = visits.merge(shops, how="left")'),
    ("joins_by_position", 'd = pd.merge(visits, shops, how="outer")'),
    ("joins_by_position", "visits = visits.dropna()\nd = pd.concat([visits.reset_index(drop=True), shops], axis=1)"),
    (
        "joins_by_position",
        'visits = visits.sort_values("size").reset_index(drop=True)\nd = pd.concat([visits, shops], axis=1)',
    ),
    ("values_looked_at", 'df = df.drop("id", axis=1)'),
    ("values_looked_at", 'df["sex"] = df["sex"].map({"male": 0, "female": 1})'),
    ("values_looked_at", 's = set(df["city"])'),
    ("values_looked_at", 'df["y"].value_counts()'),
    ("values_looked_at", 'sns.countplot(x="y", data=df)'),
    ("values_looked_at", 'print(df["y"].unique())'),
    ("values_looked_at", 'df["y"].value_counts(normalize=True).plot.pie()'),
    ("values_looked_at", 'df[["Pclass", "y"]].groupby(["Pclass"], as_index=False).mean()'),
    ("repairs", "df = df.drop(5)"),
    ("repairs", "df = df.drop([3, 17])"),
    ("repairs", "df.drop(index=[3, 17], inplace=True)"),
    ("repairs", "df = df.drop(df.index[[5, 9]])"),
    ("repairs", "df.drop(df.index[62], inplace=True)"),
    ("repairs", "df = df.drop(labels=[1298, 523], axis=0)"),
    ("repairs", "df = df.drop([523, 1298]).reset_index(drop=True)"),
    ("repairs", 'df["a"].str.strip()'),
    ("repairs", "df.drop_duplicates()"),
    ("repairs", 'df["a"].str.lower()\ndf.head()'),
    ("repairs", 'df["d"] = df["d"]\npd.to_datetime(df["d"])'),
    ("repairs", 'df["a"].replace("x", "y")'),
    ("repairs", 'df["a"].astype(int)'),
    ("repairs", 'df["x"] = pd.to_numeric(df["x"], errors="ignore")'),
    ("repairs", 'df["x"] = df["x"].astype(float, errors="ignore")'),
    ("repairs", 'try:\n    df["x"] = df["x"].astype(float)\nexcept:\n    pass'),
    (
        "repairs",
        'def f(v):\n    try:\n        return float(v)\n    except:\n        return np.nan\ndf["x"] = df["x"].apply(f)',
    ),
    ("repairs", "for c in df.columns:\n    df[c].str.strip()"),
    ("repairs", 'df.replace("?", np.nan)'),
    ("repairs", 'df.rename(columns={"a": "b"})\ndf["a"].str.replace(",", "")'),
    (
        "parts_treated",
        'train["Age"] = train["Age"].fillna(train["Age"].median())\n'
        'train["Sex"] = train["Sex"].map({"m": 0, "f": 1})\n'
        'test["Sex"] = test["Sex"].map({"m": 0, "f": 1})',
    ),
    (
        "parts_treated",
        'train = train.dropna()\ntest["Sex"] = test["Sex"].map({"m": 0, "f": 1})\n'
        'train["Sex"] = train["Sex"].map({"m": 0, "f": 1})',
    ),
    ("parts_treated", "train.dropna(inplace=True)"),
    ("parts_treated", 'train["Age"].fillna(30, inplace=True)'),
    ("parts_treated", "train = train.fillna(0)"),
)


_ABSENT = (
    (
        "fills_of_two_files",
        'm_age = train["Age"].mean()\ntrain["Age"] = train["Age"].fillna(m_age)\n'
        'test["Age"] = test["Age"].fillna(m_age)',
    ),
    (
        "fills_of_two_files",
        'for dataset in [train, test]:\n    dataset["Age"] = dataset["Age"].fillna(train["Age"].median())',
    ),
    (
        "fills_of_two_files",
        'imp = SimpleImputer(strategy="median")\ntrain[["Age"]] = imp.fit_transform(train[["Age"]])\n'
        'test[["Age"]] = imp.transform(test[["Age"]])',
    ),
    ("fills_of_two_files", 'for dataset in [train, test]:\n    dataset["Embarked"] = dataset["Embarked"].fillna("S")'),
    ("constants_and_neighbours", 'df["Cabin"] = df["Cabin"].fillna("None")'),
    ("constants_and_neighbours", 'df["n_children"] = df["n_children"].fillna(0)'),
    ("constants_and_neighbours", 'df["GarageArea"] = df["GarageArea"].fillna(0)'),
    ("constants_and_neighbours", 'df = df.fillna({"a": "none", "b": "unknown"})'),
    ("rows_dropped", "print(df.isnull().sum())\ndf = df.dropna()"),
    ("rows_dropped", "print(df.shape)\ndf = df.dropna()\nprint(df.shape)"),
    ("rows_dropped", 'n = len(df)\ndf = df.dropna()\nprint("dropped", n - len(df))'),
    ("rows_dropped", "print(len(df))\ndf.dropna(inplace=True)\nprint(len(df))"),
    ("rows_dropped", "df = df.dropna(axis=1)"),
    ("rows_dropped", "df = df.dropna(thresh=5)"),
    ("rows_dropped", 'df = df.dropna(subset=["y"])'),
    ("rows_dropped", "sns.heatmap(df.isnull())\ndf = df.dropna()"),
    ("rows_dropped", 'df["lag"] = df["a"].shift(1)\ndf = df.dropna()'),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\nprint(X)\nprint(y)\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n# %%\nX\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df\n# %%\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df.columns\n# %%\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "print(len(df))\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "assert df.shape[1] == 5\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "assert not df.isnull().any().any()\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n"
        "# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df.info()\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "display(df)\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df.sample(5)\n# %%\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\nprint(X.shape, y.shape)\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y)\nprint(X_train.shape)\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "sns.pairplot(df)\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        'df["y"].value_counts()\n# %%\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "print(df.dtypes)\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df.tail()\n# %%\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        'print(f"rows: {len(df)}")\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        "df.hist()\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    (
        "looks",
        'plt.scatter(df["a"], df["b"])\nX = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values\n\n# %%\n'
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)\n"
        "# %%\nsc = StandardScaler()\nX_train = sc.fit_transform(X_train)\n"
        "X_test = sc.transform(X_test)\n# %%\nclf = LogisticRegression(random_state=0)\n"
        "clf.fit(X_train, y_train)\n# %%\n"
        "from sklearn.metrics import confusion_matrix, accuracy_score\ny_pred = clf.predict(X_test)\n"
        "cm = confusion_matrix(y_test, y_pred)\nprint(cm)\n",
    ),
    ("parts", "df = df.sample(frac=1)"),
    ("parts", "df = df.sample(frac=1).reset_index(drop=True)"),
    ("parts", "df = df[1:]"),
    ("parts", "df = df.iloc[1:]"),
    ("parts", "df = df.iloc[:, 1:10]"),
    ("parts", "# only 10 % for speed, the whole set takes hours\ndf = df.sample(frac=0.1)"),
    ("parts", "df = df.head(5000)  # memory limits"),
    ("parts", "df.head(20)"),
    ("parts", "print(df[:5])"),
    ("parts", "df = df[:-1]"),
    ("parts", 'df = df[df["country"] == "DE"]'),
    ("parts", 'df = df[df["year"] >= 2000]'),
    ("parts", "plot_df = df.sample(500)\nsns.pairplot(plot_df)"),
    ("parts", "train = df[:800]\ntest = df[800:]\ndf = train"),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df[df["price"] < df["price"].quantile(0.99)]'),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\nq1, q3 = np.percentile(df["price"], [25, 75])\niqr = q3 - q1\n'
        'df = df[(df["price"] >= q1 - 1.5*iqr) & (df["price"] <= q3 + 1.5*iqr)]',
    ),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df[(np.abs(stats.zscore(df)) < 3).all(axis=1)]'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf["price"] = df["price"].clip(upper=500000)'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf["price"] = np.log(df["price"])'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df.drop(df[df["price"] > 1000000].index)'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf.drop(df[df.area > 4000].index, inplace=True)'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df[df["price"] < 1000000]'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df.query("price < 1000000")'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf.loc[df["price"] > 1e6, "price"] = 1e6'),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf["price"] = df["price"].apply(lambda v: 1e6 if v > 1e6 else v)'),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\nfrom scipy.stats.mstats import winsorize\n'
        'df["price"] = winsorize(df["price"], limits=[0.01, 0.01])',
    ),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\ndf["price"] = np.where(df["price"] > 1e6, df["price"].median(), df["price"])',
    ),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\nfrom sklearn.ensemble import IsolationForest\n'
        "keep = IsolationForest().fit_predict(df) == 1\ndf = df[keep]",
    ),
    ("outliers_left", 'sns.boxplot(x=df["price"])\ndf = df[df["price"].between(1000, 900000)]'),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\ndef remove_outliers(d, c):\n'
        "    q1, q3 = d[c].quantile([0.25, 0.75])\n    iqr = q3 - q1\n"
        '    return d[(d[c] > q1 - 1.5*iqr) & (d[c] < q3 + 1.5*iqr)]\ndf = remove_outliers(df, "price")',
    ),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\nfor c in ["area","price"]:\n    q1 = df[c].quantile(.25)\n'
        "    q3 = df[c].quantile(.75)\n    lo, hi = q1 - 1.5*(q3-q1), q3 + 1.5*(q3-q1)\n"
        "    df[c] = np.where(df[c] > hi, hi, np.where(df[c] < lo, lo, df[c]))",
    ),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\n# %% [markdown]\n# The extreme prices are real sales, so we keep them.',
    ),
    ("outliers_left", 'sns.boxplot(x=df["price"])\n# %% [markdown]\n# There are no outliers.'),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\n# %% [markdown]\n# We do not remove the outliers, as they are luxury homes.',
    ),
    ("outliers_left", 'sns.histplot(df["price"])'),
    ("outliers_left", "sns.pairplot(df)"),
    ("outliers_left", 'sns.scatterplot(x="area", y="price", data=df)'),
    ("outliers_left", "df.hist()"),
    ("outliers_left", "sns.boxplot(data=df, showfliers=False)"),
    ("outliers_left", 'plt.boxplot(df["price"], showfliers=False)'),
    (
        "outliers_left",
        'sns.boxplot(x=df["price"])\nfrom sklearn.preprocessing import RobustScaler\n'
        'df[["area","rooms","age"]] = RobustScaler().fit_transform(df[["area","rooms","age"]])',
    ),
    ("outlier_rules", 'df = df[df["area"] > 0]'),
    ("outlier_rules", 'df = df[df["area"] < 10000]'),
    ("outlier_rules", 'df["area"] = df["area"].clip(0, 10000)'),
    ("outlier_rules", 'out = df[df["area"] > df["area"].quantile(0.99)]\nprint(len(out))'),
    ("outlier_rules", 'print((np.abs(zscore(df["area"])) > 3).sum())'),
    ("outlier_rules", 'df["big"] = df["area"] > df["area"].median()'),
    ("outlier_rules", 'df = df[df["area"].notnull()]'),
    ("outlier_rules", 'df["area"] = np.log1p(df["area"])'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left", validate="m:1")'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nprint(d.shape)'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nd.info()'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left")\nd.isnull().sum()'),
    ("joins_checked", 'n = len(visits)\nd = visits.merge(shops, on="shop", how="left")\nassert len(d) == n'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nd'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left", indicator=True)\nd["_merge"].value_counts()'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nprint(len(visits), len(d))'),
    (
        "joins_checked",
        'assert shops["shop"].is_unique\nd = visits.merge(shops, on="shop", how="left")\n'
        "assert d.shape[0] == visits.shape[0]",
    ),
    (
        "joins_checked",
        'print(set(visits["shop"]) - set(shops["shop"]))\nd = visits.merge(shops, on="shop")\nprint(d.shape)',
    ),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nn = d.shape[0]\nprint(n)'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nif d.shape[0] != visits.shape[0]:\n    raise ValueError'),
    ("joins_checked", 'd = visits.merge(shops, on="shop")\nd.shape'),
    ("joins_checked", 'd = visits.merge(shops, on="shop", how="left")\nprint(d["size"].isna().sum())'),
    (
        "joins_checked",
        'd = visits.merge(shops, on="shop", how="left")\nmissing = d.isnull().sum()\nprint(missing[missing > 0])',
    ),
    ("joins_by_position", "d = pd.concat([visits, shops], axis=1)"),
    ("joins_by_position", 'd = visits.merge(shops, on="shop")'),
    ("joins_by_position", 'd = visits.join(shops.set_index("shop"), on="shop")'),
    ("joins_by_position", 'd = visits.merge(shops, how="cross")'),
    ("joins_by_position", 'd = visits.set_index("shop").join(shops.set_index("shop"))'),
    (
        "joins_by_position",
        'num = visits[["a","b"]]\ncat = pd.get_dummies(visits["c"])\nd = pd.concat([num, cat], axis=1)',
    ),
    (
        "joins_by_position",
        'visits = visits.dropna()\nnum = visits[["a","b"]]\ncat = pd.get_dummies(visits["c"])\n'
        'd = pd.concat([num, cat, visits["y"]], axis=1)',
    ),
    ("values_looked_at", 'df["edu"] = np.where(df["edu"] == "basic.9y", "Basic", df["edu"])'),
    ("values_looked_at", 'df.loc[df["edu"] == "basic.9y", "edu"] = "Basic"'),
    ("values_looked_at", 'df["edu"] = df["edu"].apply(lambda v: "Basic" if v.startswith("basic") else v)'),
    ("values_looked_at", 'df["edu"] = df["edu"].map(lambda v: v.strip())'),
    ("values_looked_at", 'df["edu"] = df["edu"].map({"basic.9y": "Basic", "basic.4y": "Basic", "high": "High"})'),
    ("values_looked_at", 'df["city"] = [c.strip().lower() for c in df["city"]]'),
    ("values_looked_at", 'df["price"] = df["price"].apply(lambda x: float(x.replace("$", "")))'),
    (
        "values_looked_at",
        'def clean(x):\n    return float(str(x).replace(",", ""))\ndf["price"] = df["price"].apply(clean)',
    ),
    (
        "values_looked_at",
        'def clean(t):\n    t = t.lower()\n    t = re.sub(r"[^a-z ]", "", t)\n    return t\nimport re\n'
        'df["text"] = df["text"].apply(clean)',
    ),
    ("values_looked_at", 'df["weight"] = df["weight"].str.replace("kg", "").astype(float)'),
    ("values_looked_at", 'df["d"] = pd.to_datetime(df["d"])'),
    ("values_looked_at", 'df["d"] = df["d"].apply(pd.to_datetime)'),
    (
        "values_looked_at",
        'df["d"] = df["d"].apply(lambda s: datetime.strptime(s, "%Y-%m-%d"))\nfrom datetime import datetime',
    ),
    (
        "values_looked_at",
        'from datetime import datetime\ndf["d"] = df["d"].apply(lambda s: datetime.strptime(s, "%Y-%m-%d"))',
    ),
    ("values_looked_at", 'df["x"] = pd.to_numeric(df["x"], errors="coerce")'),
    ("values_looked_at", 'df["TotalCharges"] = df["TotalCharges"].replace(" ", 0).astype(float)'),
    ("values_looked_at", 'df["y2"] = df["y2"].astype(int)'),
    ("values_looked_at", "print(df.nunique())"),
    ("values_looked_at", "for c in df.columns:\n    print(c, df[c].unique())"),
    ("values_looked_at", 'for c in ["a", "b"]:\n    print(df[c].value_counts())'),
    ("values_looked_at", 'df["city"].value_counts()'),
    ("values_looked_at", 'sns.countplot(x="city", data=df)'),
    ("values_looked_at", "df.duplicated().sum()"),
    ("values_looked_at", "print(df[df.duplicated()])"),
    ("values_looked_at", "df = df.drop_duplicates()"),
    ("values_looked_at", 'len(df["city"].unique())'),
    ("values_looked_at", 'print(set(df["city"]))'),
    ("values_looked_at", 'print(df["city"].unique().tolist())'),
    ("values_looked_at", 'np.unique(df["city"])'),
    ("values_looked_at", 'print(np.unique(df["city"], return_counts=True))'),
    ("values_looked_at", 'from collections import Counter\nprint(Counter(df["city"]))'),
    ("values_looked_at", 'df.groupby("city").size()'),
    ("values_looked_at", 'pd.crosstab(df["city"], df["y"])'),
    ("values_looked_at", 'df[df["age"] < 0]'),
    ("values_looked_at", 'print((df["age"] < 0).sum())'),
    ("values_looked_at", 'df = df[df["age"] > 0]'),
    ("values_looked_at", 'df["age"] = df["age"].clip(0, 100)'),
    ("values_looked_at", 'assert df["age"].between(0, 120).all()'),
    ("values_looked_at", 'df.loc[df["bmi"] == 0, "bmi"] = np.nan'),
    ("values_looked_at", 'df["bmi"] = df["bmi"].replace(0, np.nan)'),
    ("values_looked_at", 'df[["a","b"]] = df[["a","b"]].replace(0, np.nan)'),
    ("values_looked_at", 'df = df.replace("?", np.nan)'),
    ("values_looked_at", 'df["Embarked"].value_counts().plot(kind="bar")'),
    ("values_looked_at", 'for col in df.select_dtypes("object"):\n    print(df[col].value_counts())'),
    ("values_looked_at", "cats = [c for c in df.columns if df[c].nunique() < 10]\nprint(cats)"),
    ("values_looked_at", 'df["city"].unique()'),
    ("values_looked_at", "from ydata_profiling import ProfileReport\nProfileReport(df)"),
    (
        "values_looked_at",
        'df["Title"] = df["Name"].str.extract(" ([A-Za-z]+)\\.", expand=False)\npd.crosstab(df["Title"], df["Sex"])',
    ),
    ("values_looked_at", 'df["Title"] = df["Title"].replace(["Lady", "Countess"], "Rare")'),
    ("values_looked_at", 'df = df.apply(lambda c: c.str.strip() if c.dtype == "object" else c)'),
    ("values_looked_at", "df.columns\nprint(len(df), len(df.drop_duplicates()))"),
    ("values_looked_at", "df.index.duplicated().sum()"),
    ("values_looked_at", 'df["id"].is_unique'),
    ("values_looked_at", 'print(df["id"].nunique(), len(df))'),
    ("values_looked_at", 'sns.catplot(x="city", kind="count", data=df)'),
    ("values_looked_at", 'plt.bar(df["city"].value_counts().index, df["city"].value_counts().values)'),
    ("values_looked_at", 'df["city"].value_counts().plot.pie(autopct="%1.1f%%")'),
    ("repairs", "df = df.sample(1000)"),
    ("repairs", "df = df.sample(1000, random_state=1)"),
    ("repairs", "df = df.head(100)"),
    ("repairs", 'df = df.drop(["a"], axis=1)'),
    ("repairs", "df = df.drop(0)"),
    ("repairs", 'df = df.drop(df[df["a"] > 3].index)'),
    ("repairs", 'df = df.drop(columns=["a"])'),
    ("repairs", "df = df.iloc[1:]"),
    ("repairs", 'df["x"] = pd.to_numeric(df["x"], errors="coerce")\nprint(df["x"].isnull().sum())\ndf = df.dropna()'),
    ("parts_treated", 'train["Age"] = train["Age"].fillna(30)\ntest["Age"] = test["Age"].fillna(30)'),
    ("parts_treated", 'for d in [train, test]:\n    d["Age"] = d["Age"].fillna(30)'),
    ("parts_treated", "train = train.fillna(0)\ntest = test.fillna(0)"),
    (
        "parts_treated",
        'train = train.dropna(subset=["Survived"])\ntest["Age"] = test["Age"].fillna(3)\n'
        'train["Age"] = train["Age"].fillna(3)',
    ),
)


def _found(kind: str, variant: str) -> bool:
    code, read, train = _NOTEBOOKS[kind]
    result = audit_notebook(notebook_from_text(_IMPORTS + read + variant + train))
    assert not result.failures
    return any(finding.issue == code for finding in result.findings)


@pytest.mark.parametrize(("kind", "variant"), _PRESENT)
def test_present(kind: str, variant: str) -> None:
    assert _found(kind, variant)


@pytest.mark.parametrize(("kind", "variant"), _ABSENT)
def test_absent(kind: str, variant: str) -> None:
    assert not _found(kind, variant)
