"""From bytes to a `Notebook`: files and folders, nbformat, IPython magics, suppressions."""
