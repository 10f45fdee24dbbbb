"""The parts of a run, a file per concern. All but `options` are imported by `evidence.run` alone, so that an audit
without a run never loads them."""
