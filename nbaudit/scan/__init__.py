"""Many notebooks at once: targets, workers, cache, history, and what changed between two scans.

    target -> Repository -> Task (bytes of one notebook) -> record (JSON) -> RepositoryScan -> changes -> store, reports

`targets` finds what a target names, `git`, `folders` and `storage` read it. `engine` runs `work` in this process, in
worker processes or on a cluster; all give the same bytes. `run` brings both together, and `cache` stands between them.
"""
