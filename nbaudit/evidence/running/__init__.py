"""The parts of a run, a file per concern; only `evidence.run` imports them, so that an audit without a run never
does."""
