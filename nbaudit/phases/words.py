"""Words that name a phase, in several languages. Weak evidence: authors drift from what they announce."""

from __future__ import annotations

from nbaudit.model.vocabulary import Phase
from nbaudit.patterns import regex

# Beginnings of words, at least three letters each: "evaluat" stands for evaluate, evaluating and evaluation.
_STEMS: dict[Phase, str] = {
    Phase.DEPLOYMENT: """
        deploy submission submit saving export unseen production serving
        enviar despliegue guardar bereitstell speichern soumission déploiement enregistr sauvegard implanta salvar""",
    Phase.EVALUATION: """
        evaluat evaluation metric confusion accuracy performance result roc interpret importance
        scores precision recall sensitivity specificity prevalence positives negatives auc
        evaluaci métrica resultado rendimiento bewert ergebnis auswertung
        évaluation métrique résultat avalia desempenho""",
    Phase.TRAINING: """
        model train split fit fitting classif regress cluster network neural tuning tune hyperparam grid gridsearch
        crossvalid validation forest svm knn kmeans boost baseline weight propagat gradient sigmoid backprop perceptron
        entrena treina divisi división trenn aufteil entraîne apprentissage modèle""",
    Phase.PREPROCESSING: """
        preprocess processing explor eda clean visuali missing outlier feature encod scaling scale normali transform
        prepar understand analy correlat distribut null duplicate imput wrangl descripti statistic
        limpie exploraci preproces valores bereinig vorverarbeit aufbereit merkmal fehlend nettoy prétrait manquant
        limpeza análise""",
    Phase.COLLECTION: """
        load read reading download dataset collect gather source scrap
        carga lectura datos einlesen laden charg données lecture carrega leitura dados""",
    Phase.SETUP: """
        librar package import install setup setting config requirement environment dependenc
        librer biblioth bibliotec paquet einricht""",
}
_BY_START: dict[str, list[tuple[str, Phase]]] = {}
for _phase, _text in _STEMS.items():
    for _stem in _text.split():
        _BY_START.setdefault(_stem[:3], []).append((_stem, _phase))
_WORD = regex(r"[^\W\d_]{3,}")


def phases_in(text: str) -> tuple[Phase, ...]:
    """The phases that a short text speaks of, in the order of their first words."""
    found: dict[Phase, None] = {}
    for word in _WORD.findall(text.lower()):
        for stem, phase in _BY_START.get(word[:3], ()):
            if word.startswith(stem):
                found[phase] = None
    return tuple(found)
