"""A contract as a workbook for offices without YAML: written, read back exactly, and every fault named by its cell."""

from __future__ import annotations

from targets.paper.reading import load_paper
from targets.paper.writing import write_page, write_paper

__all__ = ["load_paper", "write_page", "write_paper"]
