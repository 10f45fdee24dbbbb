"""Ways of writing one thing: each variant must be judged as its plainest form is.

A variant stands in a small notebook between the read of a table and the training on it.
"""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_READ = """# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
import plotly.express as px
from scipy import stats
from sklearn.linear_model import LogisticRegression, LinearRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, LabelEncoder
df = pd.read_csv("train.csv")
"""
_TRAIN = """
# %%
X = df.drop("y", axis=1)
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)
# %%
m = LogisticRegression(C=2)
m.fit(X_train, y_train)
print(classification_report(y_test, m.predict(X_test)))
"""
_INSPECTED = "df.head()\ndf.info()\n# %%\n"
_HEAD = "df.head()\n# %%\n"
_UNSEEN = "# %%\n"


def _found(code: str, seen: str, variant: str) -> bool:
    result = audit_notebook(notebook_from_text(_READ + seen + variant + _TRAIN))
    assert not result.failures
    return any(finding.issue == code for finding in result.findings)


_IC_M_INSPECTED_PRESENT = (
    'df = pd.read_csv("train.csv", na_values="?")',
    'df["id"] = df["id"].astype(pd.read_csv("b.csv")["id"].dtype)',
    'df["y"].value_counts()',
    'df.y.value_counts().plot(kind="bar")',
    'sns.countplot(x="y", data=df)',
    'print(df["y"].unique())',
    'df.corr()["y"].sort_values().plot(kind="bar")',
    'df.corr()["y"].drop("y").plot.bar()',
    'df.isnull().sum().plot(kind="bar")',
    "plt.bar(df.columns, df.isnull().sum())",
    'freq = df["city"].value_counts()\ndf["city_n"] = df["city"].map(freq)',
    'sizes = df.groupby("city").size().reset_index(name="n")\ndf = df.merge(sizes, on="city", how="left")',
    'df = df[df["city"] == "Oslo"]',
    'df = df[df["year"] >= 2000]',
    'df = df.loc[df["date"] > "2001-01-01"]',
    'df = df.astype("float32")',
    'df[["a","b"]] = df[["a","b"]].astype(np.float32)',
    'df["city"] = df["city"].astype("category")',
    'for c in df.columns:\n    if df[c].dtype == "float64":\n        df[c] = df[c].astype(np.float32)',
    'df["sex"] = df["sex"].map({"male": 0, "female": 1})',
    'df["sex"] = df["sex"].replace({"male": 0, "female": 1})',
    'df["sex"].replace(["male", "female"], [0, 1], inplace=True)',
    'df["y"] = df["y"].replace({"yes": 1, "no": 0})',
    'df = df.replace({"yes": 1, "no": 0})',
    'df["sex"] = df["sex"].apply(lambda v: 1 if v == "male" else 0)',
    'df = pd.get_dummies(df, columns=["city"])',
    "df = df.fillna(0)",
    "df = df.dropna()",
    "df.describe()",
    'df.describe(include="all")',
    "df.dtypes",
    "df.columns = df.columns.str.strip()",
    "df.columns = [c.lower() for c in df.columns]",
    'df.rename(columns={"A": "a"}, inplace=True)',
    'df.columns = df.columns.str.replace(" ", "_")',
    "df = df.sample(frac=1)",
    "df.hist(figsize=(10, 10))",
    'df["title"] = df["name"].str.extract(r"(\\w+)\\.")',
    'df["n"] = df["name"].str.len()',
    'df["first"] = df["name"].str.split(",").str[0]',
    'df = df[df["a"].notnull()]',
    'df["a"] = np.log1p(df["a"])',
    'df["old"] = df["age"] > 60',
    'df.loc[df["age"] > 60, "old"] = 1',
    'df["band"] = pd.cut(df["age"], 5)',
    'print(len(df["y"].unique()))',
    "print(df.shape)",
    'df = df[["a", "b", "y"]]',
    'df["age"] = df["age"].fillna(df["age"].mean()).astype(int)',
    'df["c"] = df["a"].astype(str) + df["b"].astype(str)',
    'sns.pairplot(df, hue="y")',
    'labels = df["y"].unique()',
    'n_classes = df["y"].nunique()',
    'px.pie(df, names="y").show()',
    'df["y"].value_counts(normalize=True)',
    'df = df.sort_values("a")',
    "df = df.reset_index(drop=True)",
    'df.set_index("id", inplace=True)',
    'df["y"] = df["y"].astype(int)',
    'y = df["y"].values.astype("float32")',
    'train = df[df["year"] < 2015]\ntest = df[df["year"] >= 2015]',
)


@pytest.mark.parametrize("variant", _IC_M_INSPECTED_PRESENT)
def test_ic_m_inspected_present(variant: str) -> None:
    assert _found("IC-M", _INSPECTED, variant)


_IC_M_INSPECTED_ABSENT = (
    "df.duplicated().sum()",
    "df = df.drop_duplicates()",
    "print(df.nunique())",
    'df["city"].value_counts()',
    'df["city"].unique()',
    "for c in df.columns:\n    print(c, df[c].unique())",
    'for c in df.select_dtypes("object"):\n    print(df[c].value_counts())',
    'df["d"] = pd.to_datetime(df["d"])',
    'df["a"] = pd.to_numeric(df["a"], errors="coerce")',
    'df["a"] = df["a"].str.replace(",", "").astype(float)',
    'df["city"] = df["city"].str.strip().str.lower()',
    'df = df[df["age"] > 0]',
    'df = df[(df["age"] > 0) & (df["age"] < 100)]',
    'df.loc[df["bmi"] == 0, "bmi"] = np.nan',
    'df["bmi"] = df["bmi"].replace(0, np.nan)',
    'assert df["age"].between(0, 120).all()',
    'df = df.query("price > 0")',
    'df = df.drop(df[df["age"] < 0].index)',
    'sns.countplot(x="city", data=df)',
    'df["city"].value_counts().plot(kind="bar")',
    "df.index.duplicated().any()",
    '(df["price"] <= 0).sum()',
    'df[df["price"] < 0]',
    'df.replace("?", np.nan, inplace=True)',
    "df.apply(lambda c: c.unique())",
    'np.unique(df["city"], return_counts=True)',
    "{c: df[c].unique() for c in df}",
    "[df[c].nunique() for c in df.columns]",
    'df["t"] = df["t"].apply(lambda v: float(v.replace("$", "")))',
    'def fix(v):\n    return v.strip().lower()\ndf["city"] = df["city"].apply(fix)',
    'df["city"] = df["city"].map(str.strip)',
    'df["city"] = df["city"].map(lambda s: s.replace("-", " "))',
    'df = pd.read_csv("train.csv", parse_dates=["d"])',
    'from collections import Counter\nprint(Counter(df["city"]))',
    'df.groupby("city").size()',
    'df["city"].str.contains("?").sum()',
    'df["a"] = df["a"].astype(float)',
    'df = df[~df["id"].duplicated()]',
    "df.groupby(df.columns.tolist()).size()",
    "print(len(df) - len(df.drop_duplicates()))",
    'len(df["id"].unique()) == len(df)',
    'df["age"] = df["age"].clip(0, 100)',
    'df["age"].between(0, 100).all()',
    "df.replace([np.inf, -np.inf], np.nan, inplace=True)",
    'df.value_counts("city")',
    'df[["city", "sex"]].value_counts()',
    'display(df["city"].value_counts().to_frame())',
    "from ydata_profiling import ProfileReport\nProfileReport(df)",
    'pd.crosstab(df["city"], df["y"])',
    'sns.catplot(x="city", kind="count", data=df)',
    'df = df[df["city"] != "?"]',
    'df["y"].value_counts()\ndf["city"].value_counts()',
)


@pytest.mark.parametrize("variant", _IC_M_INSPECTED_ABSENT)
def test_ic_m_inspected_absent(variant: str) -> None:
    assert not _found("IC-M", _INSPECTED, variant)


_MV_M_HEAD_PRESENT = (
    "df.describe()",
    "df.head()",
    "df.dtypes",
    "df.shape",
    'df = df.drop(columns=["a"])',
    "print(df.columns)",
    "df.hist()",
    "df.duplicated().sum()",
    'df["y"].value_counts()',
    "df = df.drop_duplicates()",
    'df["a"] = df["a"].astype(float)',
    'df["city"].unique()',
    'df["d"] = pd.to_datetime(df["d"])',
    'df = df.replace({"yes": 1, "no": 0})',
    "df.corr()",
    "df.count",
    "len(df)",
    "sns.pairplot(df)",
    "df.tail()",
    "assert len(df) > 0",
    'df.pop("id")',
    'df = pd.read_csv("train.csv", na_values=["?"])',
    "df.nunique()",
    'df["a"] = pd.to_numeric(df["a"], errors="coerce")',
    'df = df[df["a"] > 0]',
    'print(df["a"].mean())',
)


@pytest.mark.parametrize("variant", _MV_M_HEAD_PRESENT)
def test_mv_m_head_present(variant: str) -> None:
    assert _found("MV-M", _HEAD, variant)


_MV_M_HEAD_ABSENT = (
    "df.isnull().sum()",
    "df.isna().any()",
    "df.info()",
    "df.isnull().values.any()",
    "print(df.notnull().all())",
    "sns.heatmap(df.isnull())",
    "import missingno as msno\nmsno.matrix(df)",
    "df.count()",
    "df = df.dropna()",
    "df = df.fillna(0)",
    'df["a"] = np.nan_to_num(df["a"])',
    "print(np.isnan(df.values).sum())",
    "pd.isnull(df).sum()",
    'df = df[df["a"].notna()]',
    "assert not df.isnull().values.any()",
    "df.isnull().mean().sort_values()",
    "for c in df:\n    print(c, df[c].isnull().sum())",
    "def report(d):\n    return d.isnull().sum()\nreport(df)",
    'from sklearn.impute import SimpleImputer\ndf[["a"]] = SimpleImputer().fit_transform(df[["a"]])',
    'df["a"].hasnans',
    "df.interpolate(inplace=True)",
    'df = df[~np.isnan(df["a"])]',
    'df["city"].value_counts(dropna=False)',
    'print((df == "?").sum())',
    "df[df.isna().any(axis=1)]",
    "df = df.ffill()",
    "df.apply(lambda c: sum(c.isnull()), axis=0)",
    "len(df) - df.count()",
    'pd.DataFrame({"n": df.isnull().sum()})',
    'df["a"] = df["a"].apply(lambda v: 0 if pd.isna(v) else v)',
    "df.isnull().sum().sum() == 0",
)


@pytest.mark.parametrize("variant", _MV_M_HEAD_ABSENT)
def test_mv_m_head_absent(variant: str) -> None:
    assert not _found("MV-M", _HEAD, variant)


_OU_M_INSPECTED_PRESENT = (
    "df.describe()",
    'df["y"].value_counts()',
    'sns.countplot(x="y", data=df)',
    "sns.heatmap(df.corr())",
    "df.isnull().sum()",
    'df["city"].value_counts().plot(kind="bar")',
    'df["city"].value_counts().plot.pie()',
    'df = df[df["city"] == "Oslo"]',
    "df = df.dropna()",
    'df["sex"] = df["sex"].map({"m": 0})',
    'px.pie(df, names="y").show()',
    'df.groupby("y").mean().plot(kind="bar")',
    'sns.barplot(x="city", y="a", data=df)',
    "df.corr().style.background_gradient()",
    "plt.matshow(df.corr())",
    "import missingno as msno\nmsno.matrix(df)",
    'df["y"].plot(kind="hist")',
    'sns.histplot(df["y"])',
    'plt.hist(df["y"])',
    "df = df.sample(1000)",
    'train = df[df["year"] < 2015]\ntest = df[df["year"] >= 2015]',
    'df = df[df["year"] > 2000]',
    'df["old"] = (df["a"] > 60).astype(int)',
    'df["a"].mean()',
    'df["a"].std()',
    'df.agg(["mean", "std"])',
    '(df["a"] - df["a"].mean()) / df["a"].std()',
    'df["z"] = (df["a"] - df["a"].mean()) / df["a"].std()',
)


@pytest.mark.parametrize("variant", _OU_M_INSPECTED_PRESENT)
def test_ou_m_inspected_present(variant: str) -> None:
    assert _found("OU-M", _INSPECTED, variant)


_OU_M_INSPECTED_ABSENT = (
    "df.boxplot()",
    'sns.boxplot(x=df["a"])',
    "df.hist()",
    "sns.pairplot(df)",
    "sns.violinplot(data=df)",
    'df.plot(kind="box", subplots=True)',
    'plt.scatter(df["a"], df["b"])',
    'sns.histplot(df["a"])',
    'df["a"].plot.hist()',
    'plt.hist(df["a"])',
    'px.box(df, y="a").show()',
    'px.scatter(df, x="a", y="b").show()',
    'px.histogram(df, x="a").show()',
    "for c in df.columns:\n    sns.histplot(df[c])\n    plt.show()",
    "fig, ax = plt.subplots(3)\nfor i, c in enumerate(df):\n    ax[i].hist(df[c])",
    "z = np.abs(stats.zscore(df))\ndf = df[(z < 3).all(axis=1)]",
    'q1, q3 = df["a"].quantile([.25, .75])\ndf = df[df["a"] < q3 + 1.5 * (q3 - q1)]',
    'df["a"] = df["a"].clip(0, 10)',
    "from sklearn.ensemble import IsolationForest\nmask = IsolationForest().fit_predict(df)\ndf = df[mask == 1]",
    'df = df[df["a"] < 1000]',
    'from sklearn.preprocessing import RobustScaler\ndf[["a"]] = RobustScaler().fit_transform(df[["a"]])',
    "# drop the outliers\ndf = df.drop([3, 5])",
    'sns.distplot(df["a"])',
    'sns.kdeplot(df["a"])',
    'df["a"].plot(kind="kde")',
    'sns.stripplot(x="y", y="a", data=df)',
    'sns.jointplot(x="a", y="b", data=df)',
    "pd.plotting.scatter_matrix(df)",
    'sns.lmplot(x="a", y="b", data=df)',
    'g = sns.FacetGrid(df, col="y")\ng.map(plt.hist, "a")',
    'sns.displot(df, x="a")',
    'import plotly.graph_objects as go\ngo.Figure(go.Box(y=df["a"])).show()',
    'def draw(d, c):\n    fig, ax = plt.subplots()\n    ax.boxplot(d[c])\n    plt.show()\ndraw(df, "a")',
    'df[["a","b"]].plot.box()',
    'sns.regplot(x="a", y="b", data=df)',
    "sns.boxenplot(data=df)",
    'sns.swarmplot(x="y", y="a", data=df)',
    'stats.probplot(df["a"], plot=plt)',
    'print(df["a"].skew(), df["a"].quantile(.99))',
    'np.percentile(df["a"], [1, 99])',
    'df["a"] = stats.mstats.winsorize(df["a"], limits=.01)',
    'df.plot.scatter("a", "b")',
    'plt.plot(df["a"], df["b"], "o")',
)


@pytest.mark.parametrize("variant", _OU_M_INSPECTED_ABSENT)
def test_ou_m_inspected_absent(variant: str) -> None:
    assert not _found("OU-M", _INSPECTED, variant)


_DC_I_INSPECTED_PRESENT = (
    "df = df.head(1000)",
    "df = df[:5000]",
    "df = df.iloc[:5000]",
    "df = df.iloc[0:5000, :]",
    "df = df.sample(1000)",
    "df = df.sample(frac=0.1)",
    "df = df.sample(n=1000, random_state=1)",
    'df = pd.read_csv("train.csv", nrows=1000)',
    "N = 5000\ndf = df[:N]",
    "df = df.loc[:5000]",
    "df = df.loc[:4999, :]",
    "df = df.tail(1000)",
    "df = df[-1000:]",
    "df = df[df.index < 5000]",
    'df = df.head(100000).loc[:, ["a", "b", "y"]]',
    'n = 1000\ndf = pd.read_csv("train.csv", nrows=n)',
    "df = df.sample(frac=0.5).reset_index(drop=True)",
    "df = df.iloc[1000:2000]",
    "df = df[1000:6000]",
    "df = df.iloc[:len(df)//10]",
    "df = df[:int(0.1 * len(df))]",
    "df = df.iloc[::10]",
    'df = pd.read_csv("train.csv", error_bad_lines=False)',
    'df = pd.read_csv("train.csv", on_bad_lines="skip")',
    'df = next(pd.read_csv("train.csv", chunksize=1000))',
    'df = pd.read_csv("train.csv", chunksize=1000).get_chunk()',
    'df = pd.read_csv("train.csv", skiprows=range(1, 10000))',
    'df = pd.read_csv("train.csv", skiprows=lambda i: i % 10 != 0)',
    "rows = df.values[:1000]\ndf = pd.DataFrame(rows, columns=df.columns)",
    'df = df.nlargest(1000, "a")',
    'df = df.groupby("city").head(10)',
    "idx = np.random.choice(len(df), 1000)\ndf = df.iloc[idx]",
    "df = df.sample(10_000)",
    'def load(n):\n    return pd.read_csv("train.csv", nrows=n)\ndf = load(500)',
    'MAX = 20000\ndf = pd.read_csv("train.csv")[:MAX]',
    'df = pd.read_csv("train.csv").head(500)',
    'import sqlite3\ncon = sqlite3.connect("a.db")\ndf = pd.read_sql("select * from t limit 500", con)',
    'df = df[["a", "y"]][:3000]',
    "df = df[0:3000].copy()",
    'X_all = df.drop("y", axis=1)[:2000]\nY_all = df["y"][:2000]\ndf = X_all.assign(y=Y_all)',
)


@pytest.mark.parametrize("variant", _DC_I_INSPECTED_PRESENT)
def test_dc_i_inspected_present(variant: str) -> None:
    assert _found("DC-I", _INSPECTED, variant)


_DC_I_INSPECTED_ABSENT = (
    "df.head(10)",
    "print(df[:5])",
    "df.sample(5)",
    "df = df.sample(frac=1)",
    "df = df.sample(frac=1.0, random_state=3)",
    "df = df.iloc[:, :10]",
    'df = df[df["a"] > 0]',
    "df = df[1:]",
    "df = df.iloc[1:]",
    "df = df.iloc[:-1]",
    "# the data does not fit in memory, so a tenth is enough\ndf = df.sample(frac=.1)",
    "df = df.drop(index=0)",
    "train = df[:8000]\ntest = df[8000:]",
    "df = df.reset_index(drop=True)",
    "small = df.head(100)\nsmall.plot()",
    'df = df[df["city"] == "Oslo"]',
    'pos = df[df["y"] == 1]\nneg = df[df["y"] == 0].sample(len(pos))\ndf = pd.concat([pos, neg])',
    'df = pd.read_csv("train.csv", skiprows=1)',
    'df = pd.read_csv("train.csv", skiprows=[1])',
    'df["s"] = df["a"].str[:20]',
    "df = df.drop_duplicates()",
    "df = df.dropna()",
    'df = df.sort_values("a")',
    'names = df.columns[:10]\ndf = df[[*names, "y"]]',
    "sns.pairplot(df.sample(500))",
    'df[:1000]["a"].plot()',
    "df = df.iloc[10:]",
)


@pytest.mark.parametrize("variant", _DC_I_INSPECTED_ABSENT)
def test_dc_i_inspected_absent(variant: str) -> None:
    assert not _found("DC-I", _INSPECTED, variant)


_DC_I_UNSEEN_PRESENT = (
    'y0 = df["y"]',
    "df = df.dropna()",
    "df = df.fillna(0)",
    'df["a"] = df["a"].astype(float)',
    "df = df.drop_duplicates()",
    "df = pd.get_dummies(df)",
    "cols = df.columns",
    "n = df.shape[0]",
    'df = df.rename(columns={"A": "a"})',
    'df.columns = ["a", "b", "y"]',
    'df = df.sort_values("a")',
    "for c in df.columns:\n    df[c] = df[c].fillna(df[c].mean())",
)


@pytest.mark.parametrize("variant", _DC_I_UNSEEN_PRESENT)
def test_dc_i_unseen_present(variant: str) -> None:
    assert _found("DC-I", _UNSEEN, variant)


_DC_I_UNSEEN_ABSENT = (
    "df.head()",
    "df",
    "print(df)",
    "df.info()",
    "print(len(df))",
    "print(df.shape)",
    "df.describe()",
    "assert len(df) > 10",
    "print(df.columns)",
    "df.columns",
    "df.hist()",
    'df["y"].value_counts()',
    'print(f"rows: {len(df)}")',
    "df.isnull().sum()",
    "display(df.head())",
    "df.sample(3)",
    "df.dtypes",
    "for c in df.columns:\n    print(c, df[c].unique())",
    "df.corr()",
    "sns.pairplot(df)",
    "df.plot()",
    'df["a"].unique()',
    'print("rows %d" % df.shape[0])',
    "df.style.background_gradient()",
    "df.duplicated().sum()",
    "len(df)",
)


@pytest.mark.parametrize("variant", _DC_I_UNSEEN_ABSENT)
def test_dc_i_unseen_absent(variant: str) -> None:
    assert not _found("DC-I", _UNSEEN, variant)


_MV_W_HEAD_PRESENT = (
    "df = df.fillna(0)",
    "df.fillna(0, inplace=True)",
    "df.fillna(-999, inplace=True)",
    "df = df.replace(np.nan, 0)",
    "df.replace(np.nan, 0, inplace=True)",
    "df[df.isnull()] = 0",
    "df = df.where(df.notnull(), 0)",
    "df = df.fillna(value=-1)",
    "df = df.mask(df.isna(), 0)",
    "for c in df.columns:\n    df[c] = df[c].fillna(0)",
    "for c in df:\n    df[c].fillna(0, inplace=True)",
    "df = pd.DataFrame(np.nan_to_num(df), columns=df.columns)",
    "df[df.columns] = df[df.columns].fillna(0)",
    "df.update(df.fillna(0))",
    "df = df.fillna(df.mode().iloc[0])",
    'num = df.select_dtypes(include="number").columns\ndf[num] = df[num].fillna(0)',
    "def prep(d):\n    d = d.fillna(0)\n    return d\ndf = prep(df)",
    "df = df.ffill()",
    'df = df.fillna(method="ffill")',
    'df.fillna(method="bfill", inplace=True)',
    'df["a"] = df["a"].bfill()',
    'df["a"].fillna(method="pad", inplace=True)',
    "df = df.bfill().ffill()",
    "for c in df:\n    df[c] = df[c].ffill()",
    "df = df.pad()",
    "df = df.dropna()",
    "df.dropna(inplace=True)",
    "df = df.dropna(axis=0)",
    'df = df.dropna(how="any")',
    "df = df[df.notnull().all(axis=1)]",
    "df = df[~df.isnull().any(axis=1)]",
    "df = df.dropna().reset_index(drop=True)",
    "df = df.loc[df.notna().all(1)]",
    'df = df.replace("?", np.nan).dropna()',
    "def prep(d):\n    d = d.dropna()\n    return d\ndf = prep(df)",
    "df = df.fillna(np.nan).dropna()",
    "df = df[np.isfinite(df).all(1)]",
    'df.dropna(axis="index", inplace=True)',
    'X = df.drop("y", axis=1).dropna()\ndf = X.join(df["y"])',
    "df = df.dropna()\ndf.info()",
    "df = df.dropna()\nprint(df.shape)",
    "df = df.dropna()\ndf.isnull().sum()",
    'df["a"] = df["a"].fillna(df["a"].mean())',
    "df = df.fillna(df.mean())",
    "m = df.mean()\ndf = df.fillna(m)",
    "num = df.select_dtypes(include=np.number)\ndf[num.columns] = df[num.columns].fillna(num.mean())",
    'df[["a","b"]] = df[["a","b"]].fillna(df[["a","b"]].median())',
    'df["a"].fillna(np.mean(df["a"]), inplace=True)',
    'df["a"] = df["a"].fillna(np.nanmedian(df["a"]))',
    'df.loc[:, "a"] = df["a"].fillna(df["a"].mean())',
    'df["a"].replace(np.nan, df["a"].mean(), inplace=True)',
    'df = df.assign(a=df["a"].fillna(df["a"].mean()))',
    'd = {c: df[c].mean() for c in ["a","b"]}\ndf = df.fillna(d)',
    'df["a"] = df.groupby("g")["a"].apply(lambda x: x.fillna(x.mean()))',
    'df["a"] = df["a"].fillna(df["g"].map(df.groupby("g")["a"].mean()))',
    'from sklearn.preprocessing import Imputer\ndf[["a"]] = Imputer(strategy="mean").fit_transform(df[["a"]])',
    'for c in ["a","b"]:\n    df[c] = df[c].fillna(df[c].median())',
    'df["a"] = df["a"].where(~df["a"].isna(), df["a"].mean())',
    'mask = df["a"].isnull()\ndf.loc[mask, "a"] = df["a"].mean()',
    "df.a[df.a.isnull()] = df.a.mean()",
    'df["a"] = df["a"].mask(df["a"] == 0, df["a"].mean())',
    'df["a"] = df["a"].replace(0, df["a"].mean())',
    'df.loc[df["a"] == 0, "a"] = df["a"].median()',
    'df["a"] = df["a"].replace({np.nan: df["a"].mean()})',
    'def fill(s):\n    return s.fillna(s.mean())\ndf["a"] = fill(df["a"])',
    'df[["a","b"]] = df[["a","b"]].apply(lambda c: c.fillna(c.mean()))',
    'df["a"].fillna(df["a"].mode()[0], inplace=True)',
    'df["a"].fillna(df["a"].value_counts().index[0], inplace=True)',
    'df["a"].fillna(df["a"].value_counts().idxmax(), inplace=True)',
    'df["a"].fillna(stats.mode(df["a"])[0][0], inplace=True)',
    'df["a"] = df["a"].fillna(df.a.describe()["50%"])',
    'mean_a = round(df["a"].mean(), 1)\ndf["a"] = np.where(np.isnan(df["a"]), mean_a, df["a"])',
    'df["a"] = df["a"].fillna(float(df["a"].mean().round()))',
    'df["a"].fillna(df.loc[df["g"] == 1, "a"].mean(), inplace=True)',
    'df = df.where(pd.notnull(df), df.mean(), axis="columns")',
)


@pytest.mark.parametrize("variant", _MV_W_HEAD_PRESENT)
def test_mv_w_head_present(variant: str) -> None:
    assert _found("MV-W", _HEAD, variant)
