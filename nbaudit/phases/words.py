"""Words that name a phase, in several languages. Weak evidence: authors drift from what they announce."""

from __future__ import annotations

import re

from nbaudit.model.vocabulary import Phase

_WORDS: tuple[tuple[Phase, str], ...] = (
    (
        Phase.DEPLOYMENT,
        r"deploy|submission|submit|sav(?:e|ing) (?:the )?(?:\w+ )?model|export|new data|unseen|predict(?:ion)?s? (?:for|on)"
        r" (?:new|the test)|enviar|despliegue|implanta|bereitstell|speichern|soumission|déploiement|enregistr",
    ),
    (
        Phase.EVALUATION,
        r"evaluat|metric|confusion|accuracy|performance|result|learning curve|\broc\b|error analysis|interpret"
        r"|importance|evaluaci|métrica|resultado|bewert|ergebnis|auswertung|évaluation|métrique|résultat|avalia"
        r"|desempenho",
    ),
    (
        Phase.TRAINING,
        r"model|train|split|\bfit|classif|regress|cluster|network|tuning|hyperparam|grid ?search|cross.?valid|forest"
        r"|\bsvm|k-?nn|k-?means|boost|entrena|treina|divisi|división|trenn|aufteil|entraîne|apprentissage|partage|modèle",
    ),
    (
        Phase.PREPROCESSING,
        r"pre-?process|explor|\beda\b|clean|visuali|missing|outlier|feature|encod|scal(?:e|ing)|normali|transform|prepar"
        r"|understand|analy|correlat|distribut|null|duplicate|imput|wrangl|descripti|limpie|exploraci|preproces|valores"
        r"|bereinig|vorverarbeit|aufbereit|merkmal|fehlend|nettoy|prétrait|manquant|limpeza|pré-proc",
    ),
    (
        Phase.COLLECTION,
        r"\bload|import(?:ing)? (?:the )?data|\bread|download|data ?set|collect|gather|the data|\bsource|scrap"
        r"|\bcarga|lectura|datos|daten (?:laden|einlesen)|einlesen|\bladen|\bcharg|données|lecture|carrega|leitura|dados",
    ),
    (
        Phase.SETUP,
        r"librar|packages?\b|import|install|set-?up|setting|config|requirement|environment|dependenc"
        r"|librer|biblioth|bibliotec|paquet|einricht|installa",
    ),
)
_PATTERNS = tuple((phase, re.compile(words, re.I)) for phase, words in _WORDS)


def phases_in(text: str) -> tuple[Phase, ...]:
    """The phases that a short text speaks of."""
    return tuple(phase for phase, pattern in _PATTERNS if pattern.search(text))
