"""Settings tried, chosen and reported in many ways: which of them are tuning, and which of it is wrong."""

# ruff: noqa: E501 (one variant per line)

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

HEAD_0 = "# %%\nimport numpy as np\nimport pandas as pd\nfrom sklearn.model_selection import *\nfrom sklearn.metrics import *\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.neighbors import KNeighborsClassifier\nfrom sklearn.svm import SVC\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.datasets import load_iris\ndf=pd.read_csv('a.csv')\nX,y=df.drop(columns='y'),df['y']\nX_train,X_test,y_train,y_test=train_test_split(X,y,random_state=1,stratify=y)\n# %%\n"

WAYS: list[tuple[str, str, dict[str, str], dict[int, str]]] = [
    ('typed right', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\ng.best_params_\n# %%\ntuned=RandomForestClassifier(n_estimators=200,max_depth=9)\ntuned.fit(X_train,y_train)\nm=tuned\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent', 'HT-I': 'absent'}, {1: "{'max_depth': 9, 'n_estimators': 200}"}),
    ('typed wrong', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\ng.best_params_\n# %%\ntuned=RandomForestClassifier(n_estimators=100,max_depth=9)\ntuned.fit(X_train,y_train)\nm=tuned\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'present'}, {1: "{'max_depth': 9, 'n_estimators': 200}"}),
    ('typed wrong, repr over two lines', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\ng.best_estimator_\n# %%\nrf_best=RandomForestClassifier(n_estimators=100,max_depth=9)\nrf_best.fit(X_train,y_train)\nm=rf_best\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'present'}, {1: 'RandomForestClassifier(max_depth=9,\n                       n_estimators=200)'}),
    ('typed right, repr', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\ng.best_estimator_\n# %%\nrf_best=RandomForestClassifier(n_estimators=200,max_depth=9)\nrf_best.fit(X_train,y_train)\nm=rf_best\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent', 'HT-I': 'absent'}, {1: 'RandomForestClassifier(max_depth=9, n_estimators=200)'}),
    ('defaults after search', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\ng.best_params_\n# %%\nm=RandomForestClassifier()\nm.fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent', 'HT-I': 'present'}, {1: "{'max_depth': 9, 'n_estimators': 200}"}),
    ('best params handed on', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\nm=RandomForestClassifier(**g.best_params_).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent', 'HT-I': 'absent'}, {}),
    ('best estimator', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X_train,y_train)\nm=g.best_estimator_\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent', 'HT-I': 'absent'}, {}),
    ('search over all, tested later', HEAD_0 + "g=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X,y)\nm=RandomForestClassifier(**g.best_params_).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'present'}, {}),
    ('tested, then search over all', HEAD_0 + "m=RandomForestClassifier().fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))\ng=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X,y)\nprint(g.best_score_)", {'HT-W': 'present'}, {}),
    ('search over all alone', "# %%\nimport numpy as np\nimport pandas as pd\nfrom sklearn.model_selection import *\nfrom sklearn.metrics import *\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.neighbors import KNeighborsClassifier\nfrom sklearn.svm import SVC\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.datasets import load_iris\ndf=pd.read_csv('a.csv')\nX,y=df.drop(columns='y'),df['y']\n# %%\ng=GridSearchCV(RandomForestClassifier(),{'n_estimators':[50,100,200],'max_depth':[3,6,9]},scoring='f1').fit(X,y)\nprint(g.best_score_)", {'HT-W': 'absent'}, {}),
    ('by hand cv', HEAD_0 + 'a=cross_val_score(RandomForestClassifier(n_estimators=5),X,y,cv=10)\nb=cross_val_score(RandomForestClassifier(n_estimators=20),X,y,cv=10)\nc=cross_val_score(RandomForestClassifier(n_estimators=40),X,y,cv=10)\nprint(a.mean(),b.mean(),c.mean())', {'HT-M': 'absent', 'HT-I': 'present'}, {}),
    ('by hand cv after a fit', HEAD_0 + 'm=RandomForestClassifier(n_estimators=30).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))\na=cross_val_score(RandomForestClassifier(n_estimators=5),X,y,cv=10)\nb=cross_val_score(RandomForestClassifier(n_estimators=20),X,y,cv=10)\nc=cross_val_score(RandomForestClassifier(n_estimators=40),X,y,cv=10)\nprint(a.mean(),b.mean(),c.mean())', {'HT-M': 'absent', 'HT-I': 'present'}, {}),
    ('two settings by hand', HEAD_0 + 'm=KNeighborsClassifier(3).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))\nm=KNeighborsClassifier(5).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))', {'HT-M': 'present'}, {}),
    ('dict of settings', HEAD_0 + 'for C in [0.1,1,10,100]:\n    m=SVC(C=C).fit(X_train,y_train)\n    print(C,f1_score(y_test,m.predict(X_test)))\nm=SVC(C=10).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))', {'HT-M': 'absent', 'HT-W': 'present'}, {}),
    ('dict comprehension', HEAD_0 + 's={k:f1_score(y_test,KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train).predict(X_test)) for k in range(1,30)}\nbest=max(s,key=s.get)\nm=KNeighborsClassifier(n_neighbors=best).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))', {'HT-W': 'present'}, {}),
    ('np argmax', HEAD_0 + 's=[]\nfor k in range(1,30):\n    m=KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train)\n    s.append(m.score(X_test,y_test))\nbest=np.argmax(s)+1\nm=KNeighborsClassifier(n_neighbors=best).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))', {'HT-W': 'present'}, {}),
    ('best kept in loop', HEAD_0 + 'best,bm=0,None\nfor k in range(1,30):\n    m=KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train)\n    a=m.score(X_test,y_test)\n    if a>best:\n        best,bm=a,m\nprint(classification_report(y_test,bm.predict(X_test)))', {'HT-W': 'present'}, {}),
    ('loop, never used again', HEAD_0 + 'for k in range(1,30):\n    m=KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train)\n    print(k,f1_score(y_test,m.predict(X_test)))', {'HT-M': 'absent', 'HT-I': 'present'}, {}),
    ('best size kept, not used', HEAD_0 + "def get(k):\n    m=KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train)\n    return f1_score(y_test,m.predict(X_test))\ns={k:get(k) for k in [3,5,7,9]}\nbest=max(s,key=s.get)\nprint('best k',best)", {'HT-W': 'present'}, {}),
    ('best size kept by if, not used', HEAD_0 + "def get(k):\n    m=KNeighborsClassifier(n_neighbors=k).fit(X_train,y_train)\n    return f1_score(y_test,m.predict(X_test))\nbest,top=0,0\nfor k in [3,5,7,9]:\n    a=get(k)\n    if a>top:\n        top,best=a,k\nprint('best k',best)", {'HT-W': 'present'}, {}),
    ('validation rows, then test', HEAD_0 + 'A,B,a,b=train_test_split(X_train,y_train,random_state=2,stratify=y_train)\ns={k:f1_score(b,KNeighborsClassifier(n_neighbors=k).fit(A,a).predict(B)) for k in range(1,30)}\nbest=max(s,key=s.get)\nm=KNeighborsClassifier(n_neighbors=best).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))', {'HT-W': 'absent'}, {}),
    ('tuned on valid, no test at all', HEAD_0 + "s={k:cross_val_score(KNeighborsClassifier(n_neighbors=k),X_train,y_train,scoring='f1').mean() for k in range(1,30)}\nbest=max(s,key=s.get)\nm=KNeighborsClassifier(n_neighbors=best).fit(X_train,y_train)\nprint(classification_report(y_test,m.predict(X_test)))", {'HT-W': 'absent'}, {}),
    ('orders loop', HEAD_0 + "from statsmodels.tsa.arima.model import ARIMA\ns=df['v']\ntr,te=s[:100],s[100:]\nbest=None;low=9e9\nfor p in range(3):\n    for q in range(3):\n        f=ARIMA(tr,order=(p,1,q)).fit().forecast(len(te))\n        e=mean_squared_error(te,f)\n        if e<low:\n            low,best=e,(p,1,q)\nfit=ARIMA(tr,order=best).fit()\nprint(mean_squared_error(te,fit.forecast(len(te))))", {'HT-M': 'absent', 'HT-W': 'present'}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "expected", "outputs"), WAYS, ids=[name for name, *_ in WAYS])
def test_ways(name: str, code: str, expected: dict[str, str], outputs: dict[int, str]) -> None:
    result = audit_notebook(notebook_from_text(code + "\n", outputs))
    assert not result.failures
    checks = {finding.check for finding in result.findings}
    found = {
        key: result.verdicts[key].state.value if key in result.verdicts else "yes" if key in checks else "no"
        for key in expected
    }
    assert found == expected
