"""What whoever runs the Jupyter server may set, as `c.NbAudit.seconds = 30` in jupyter_server_config.py."""

from __future__ import annotations

from traitlets import Float, Int, Unicode
from traitlets.config import LoggingConfigurable


class NbAudit(LoggingConfigurable):
    """Limits of the audits that a Jupyter server does for its users."""

    workers = Int(2, min=1, help="Audits that may run at once, each in a process of its own.").tag(config=True)
    seconds = Float(60.0, min=0.1, help="The longest that the audit of one notebook may take, in seconds.").tag(
        config=True
    )
    folder_seconds = Float(600.0, min=0.1, help="The longest that the audit of a folder may take, in seconds.").tag(
        config=True
    )
    megabytes = Float(64.0, min=0.001, help="The largest notebook that is audited, in MB (10^6 bytes).").tag(
        config=True
    )
    notebooks = Int(500, min=1, help="The most notebooks of one folder report.").tag(config=True)
    memory_mb = Int(4096, min=0, help="The most memory that a process may take, in MiB; 0 for no limit.").tag(
        config=True
    )
    cache_megabytes = Float(64.0, min=0.0, help="Memory for results that are kept, in MB.").tag(config=True)
    open_at_start = Unicode(
        "", help="A notebook, relative to the server's root, that the first page to ask opens and audits."
    ).tag(config=True)
