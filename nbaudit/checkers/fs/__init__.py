"""Checks of FS, selecting features."""
