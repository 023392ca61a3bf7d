"""Workbooks and CSV files, as offices really fill them, to records, or to everything that is wrong with them by cell."""

from __future__ import annotations

from targets.intake.reading import read_csv_tables, read_workbook

__all__ = ["read_csv_tables", "read_workbook"]
