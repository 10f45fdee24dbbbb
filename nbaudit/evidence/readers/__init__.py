"""The readers of printed things, one file per kind; the first that has something to say is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nbaudit.evidence.piece import Form, Piece
from nbaudit.evidence.readers.arrays import read_array
from nbaudit.evidence.readers.confusion import read_confusion
from nbaudit.evidence.readers.counter import read_counter
from nbaudit.evidence.readers.info import read_info
from nbaudit.evidence.readers.keras_log import read_training, read_training_line
from nbaudit.evidence.readers.network_size import read_network_size
from nbaudit.evidence.readers.pandas_frame import read_table
from nbaudit.evidence.readers.pandas_series import read_series_fact
from nbaudit.evidence.readers.report import read_report
from nbaudit.evidence.readers.scalars import read_scalar
from nbaudit.evidence.readers.scores import read_scores
from nbaudit.evidence.readers.search import read_search
from nbaudit.evidence.readers.shape import read_shape
from nbaudit.evidence.readers.stderr import read_warnings
from nbaudit.evidence.readers.traceback import read_failure
from nbaudit.model.facts import Fact

Reader = Callable[[Piece], Sequence[Fact]]

READERS: dict[Form, tuple[Reader, ...]] = {
    Form.SERIES: (read_series_fact,),
    Form.FRAME: (read_table, read_confusion, read_search, read_counter),
    Form.INFO: (read_info,),
    Form.REPORT: (read_report,),
    Form.ARRAY: (read_confusion, read_array, read_search, read_counter, read_scores),
    Form.LOG: (read_training,),
    Form.LINE: (
        read_network_size,
        read_shape,
        read_scalar,
        read_search,
        read_counter,
        read_confusion,
        read_array,
        read_training_line,
        read_scores,
    ),
    Form.STDERR: (read_warnings,),
    Form.TRACEBACK: (read_failure,),
}


def read_piece(piece: Piece) -> Sequence[Fact]:
    """The facts of one printed thing."""
    for reader in READERS[piece.form]:
        facts = reader(piece)
        if facts:
            return facts
    return ()
