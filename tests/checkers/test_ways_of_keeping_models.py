"""A network that is written to a file and read again is the one that was trained."""

# ruff: noqa: E501 (one variant per line)

from __future__ import annotations

import pytest

from checkers.ways import answers

HEAD_0 = "# %%\nimport numpy as np\nimport pandas as pd\nfrom tensorflow.keras.models import Sequential, load_model\nfrom tensorflow.keras.layers import Dense\nfrom tensorflow.keras.callbacks import ModelCheckpoint\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.metrics import *\ndf=pd.read_csv('a.csv')\nX,y=df.drop(columns='y'),df['y']\nX_train,X_test,y_train,y_test=train_test_split(X,y,random_state=1,stratify=y)\nA,B,a,b=train_test_split(X_train,y_train,random_state=1,stratify=y_train)\nm=Sequential([Dense(8,activation='relu'),Dense(1,activation='sigmoid')])\nm.compile('adam','binary_crossentropy',metrics=['accuracy'])\n"

WAYS: list[tuple[str, str, dict[str, str], dict[int, str]]] = [
    ('same name', HEAD_0 + "c=ModelCheckpoint('best.h5',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model('best.h5')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('in a folder that is written otherwise', HEAD_0 + "c=ModelCheckpoint('best.h5',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model('/content/best.h5')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('keyword', HEAD_0 + "c=ModelCheckpoint(filepath='m/best.keras',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model('m/best.keras')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('variable', HEAD_0 + "path='m/best.keras'\nc=ModelCheckpoint(path,save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model(path)\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('epoch in the name', HEAD_0 + "c=ModelCheckpoint('m/w-{epoch:02d}-{val_accuracy:.2f}.hdf5',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model('m/w-23-0.91.hdf5')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('format', HEAD_0 + "p='w-{epoch:02d}-{val_accuracy:.2f}'\nc=ModelCheckpoint('m/{}.model'.format(p),save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model(filepath='m/w-23-0.91.model')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('weights', HEAD_0 + "c=ModelCheckpoint('best.h5',save_best_only=True,save_weights_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nm.load_weights('best.h5')\nbest=m\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('another file', HEAD_0 + "c=ModelCheckpoint('best.h5',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nbest=load_model('old/reference.h5')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\nprint(classification_report(y_test,m.predict(X_test)>0.5))", {'AL-M': 'absent'}, {}),
    ('saved by hand', HEAD_0 + "c=ModelCheckpoint('best.h5',save_best_only=True)\nm.fit(A,a,validation_data=(B,b),epochs=9,callbacks=[c])\nm.save('final.h5')\nbest=load_model('final.h5')\nprint(classification_report(y_test,best.predict(X_test)>0.5))\n", {'AL-M': 'present', 'EM-I': 'absent', 'HT-I': 'present'}, {}),
    ('joblib', HEAD_0 + "from sklearn.svm import SVC\nimport joblib\ns=SVC(C=3).fit(X_train,y_train)\njoblib.dump(s,'s.pkl')\nbest=joblib.load('s.pkl')\nprint(classification_report(y_test,best.predict(X_test)))", {'AL-M': 'present', 'EM-I': 'absent'}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "expected", "outputs"), WAYS, ids=[name for name, *_ in WAYS])
def test_ways(name: str, code: str, expected: dict[str, str], outputs: dict[int, str]) -> None:
    assert answers(code, outputs, expected) == expected
