"""Reading only part of a source in the many ways in which notebooks write it, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.checkers.ways import answers

_HEAD = """# %%
import csv, glob, os, random
import numpy as np
import pandas as pd
from itertools import islice
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample
"""
_TABLE = '# %%\ndf = pd.read_csv("trains.csv")\ndf.info()\n# %%\n'
_FIT = """
# %%
print(df.shape)
X, y = df.drop(columns="late"), df["late"]
a, b, c, d = train_test_split(X, y, random_state=1, stratify=y)
m = LogisticRegression().fit(a, c)
print(f1_score(d, m.predict(b)))
"""
_TEXTS = """
# %%
print(len(texts))
V = TfidfVectorizer().fit_transform(texts)
a, b, c, d = train_test_split(V, labels, random_state=1)
m = LogisticRegression().fit(a, c)
print(f1_score(d, m.predict(b)))
"""
_PAIRS = 'texts = [l.split("\\t")[0] for l in lines]\nlabels = [l.split("\\t")[1] for l in lines]'


def _said(code: str) -> str:
    return answers(_HEAD + code, {}, ["partial-read"])["partial-read"]


@pytest.mark.parametrize(
    "code",
    [
        "df = df.sample(n=3000, replace=True, random_state=1)",
        "size = 3000\ndrawn = df.sample(n=size, replace=True, random_state=4)\ndf = drawn.dropna()",
        "df = resample(df, n_samples=3000, replace=False, random_state=1)",
        'df = df.groupby("line").sample(1000, random_state=1)',
        "df = df.iloc[np.random.choice(len(df), 3000, replace=False)]",
        "df = df.loc[0:5000, :]",
    ],
)
def test_rows_of_a_table(code: str) -> None:
    assert _said(_TABLE + code + _FIT) == "yes"


@pytest.mark.parametrize(
    "code",
    [
        'df = pd.read_csv("trains.csv", nrows=int(1e5))',
        'df = pd.read_csv("trains.csv", nrows=10**5)',
        'import polars as pl\ndf = pl.read_csv("trains.csv", n_rows=1000).to_pandas()',
        'files = glob.glob("days/*.csv")[:10]\ndf = pd.concat([pd.read_csv(f) for f in files])',
        'files = sorted(os.listdir("days"))\ndf = pd.concat([pd.read_csv("days/" + f) for f in files[:10]])',
        'parts = []\nfor i, part in enumerate(pd.read_csv("trains.csv", chunksize=10000)):\n'
        "    parts.append(part)\n    if i == 4:\n        break\ndf = pd.concat(parts)",
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        'df = spark.read.csv("trains.csv", header=True).limit(1000).toPandas()',
    ],
)
def test_part_of_a_file_or_of_the_files(code: str) -> None:
    assert _said("# %%\n" + code + "\ndf.info()\n" + _FIT) == "yes"


@pytest.mark.parametrize(
    "code",
    [
        'texts, labels = [], []\nfor i, row in enumerate(csv.reader(open("r.csv"))):\n    if i >= 1000:\n'
        "        break\n"
        "    texts.append(row[0])\n    labels.append(row[1])",
        'MOST = 500\ntexts, labels = [], []\nfor row in csv.DictReader(open("r.csv")):\n    texts.append(row["t"])\n'
        '    labels.append(row["y"])\n    if len(texts) >= MOST:\n        break',
        'rows = list(islice(csv.reader(open("r.csv")), 1000))\n'
        "texts = [r[0] for r in rows]\nlabels = [r[1] for r in rows]",
        'lines = open("r.txt").readlines()[:3000]\n' + _PAIRS,
        'lines = open("r.txt").readlines()\nlines = random.sample(lines, 3000)\n' + _PAIRS,
        'df = pd.read_csv("r.csv")\ndf.info()\ntexts = df["t"].tolist()[:2000]\nlabels = df["y"].tolist()[:2000]',
        'from datasets import load_dataset\nds = load_dataset("sheep", split="train[:1000]")\n'
        'texts, labels = ds["text"], ds["label"]',
        'from datasets import load_dataset\nds = load_dataset("sheep")["train"]\n'
        'ds = ds.shuffle(seed=1).select(range(1000))\ntexts, labels = ds["text"], ds["label"]',
    ],
)
def test_part_of_a_list(code: str) -> None:
    assert _said("# %%\n" + code + _TEXTS) == "yes"


@pytest.mark.parametrize(
    "code",
    [
        _TABLE + "# the whole does not fit into memory\ndf = df.head(5000)" + _FIT,
        _TABLE + "a = df[df.late == 0].sample(500, random_state=1)\ndf = pd.concat([a, df[df.late == 1]])" + _FIT,
        _TABLE + "df = df.sample(frac=1, random_state=1)" + _FIT,
        _TABLE + "df = df.iloc[:, :10]" + _FIT,
        '# %%\nlines = open("r.txt").readlines()[1:]\n' + _PAIRS + _TEXTS,
        '# %%\ntexts, labels = [], []\nfor i, row in enumerate(csv.reader(open("r.csv"))):\n    if i == 0:\n'
        "        continue\n    texts.append(row[0])\n    labels.append(row[1])" + _TEXTS,
        '# %%\ntexts, labels = [], []\nfor row in csv.reader(open("r.csv")):\n    texts.append(row[0])\n'
        "    labels.append(row[1])\nfor i, text in enumerate(texts):\n    print(text)\n    if i > 10:\n        break"
        + _TEXTS,
        '# %%\nfiles = sorted(glob.glob("days/*.csv"))\nprint(files[:3])\n'
        "df = pd.concat([pd.read_csv(f) for f in files])\n"
        "df.info()" + _FIT,
        '# %%\nlines = open("r.txt").readlines()\nprint(len(lines))\nhere, there = lines[:3000], lines[3000:]\n'
        "v = TfidfVectorizer()\n"
        "m = LogisticRegression().fit(v.fit_transform([l[2:] for l in here]), [l[:1] for l in here])\n"
        "print(f1_score([l[:1] for l in there], m.predict(v.transform([l[2:] for l in there]))))",
    ],
)
def test_what_is_no_part_or_has_a_reason(code: str) -> None:
    assert _said(code) == "no"


def test_language_model_tuned_on_the_first_rows() -> None:
    """The rows are followed through a dict per row, a function, the tokenizer and the adapter to the loss."""
    code = """# %%
import csv
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
tok = AutoTokenizer.from_pretrained("small-model")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("small-model"), LoraConfig(r=8))
# %%
MOST = 80
pairs = []
with open("questions.csv") as f:
    for row in csv.DictReader(f):
        pairs.append({"q": row["q"], "a": row["a"]})
        if len(pairs) >= MOST:
            break
print(f"{len(pairs)} pairs")
# %%
def ids_of(q, a):
    ids = tok(q, add_special_tokens=False)["input_ids"] + tok(a)["input_ids"]
    return torch.tensor(ids).unsqueeze(0)
opt = torch.optim.AdamW(model.parameters(), lr=2e-5)
for pair in pairs:
    ids = ids_of(pair["q"], pair["a"])
    out = model(input_ids=ids).logits
    loss = torch.nn.CrossEntropyLoss()(out.view(-1, out.size(-1)), ids.view(-1))
    loss.backward()
    opt.step()
"""
    assert answers(code, {}, ["partial-read"])["partial-read"] == "yes"


def test_a_file_for_each_example_is_no_table() -> None:
    code = """# %%
import glob
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
class Leaves(Dataset):
    def __init__(self, folder):
        self.paths = glob.glob(folder + "/*.npy")
    def __len__(self):
        return len(self.paths)
    def __getitem__(self, i):
        leaf = np.load(self.paths[i]).astype("float32")
        return torch.tensor(leaf), int(self.paths[i].split("_")[1])
loader = DataLoader(Leaves("leaves"), batch_size=4)
# %%
net = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
opt = torch.optim.Adam(net.parameters())
for x, y in loader:
    loss = nn.CrossEntropyLoss()(net(x), y)
    loss.backward()
    opt.step()
# %%
made = np.load("made.npy")
print(made.shape)
"""
    said = answers(code, {}, ["MV-M", "IC-M"])
    assert said == {"MV-M": "n/a", "IC-M": "n/a"}
