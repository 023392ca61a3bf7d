"""The engines that a compiled plan can run on, by name; importing this loads none of them."""

from __future__ import annotations

from enum import StrEnum


class EngineName(StrEnum):
    """In memory; out of core on one machine; on a cluster."""

    POLARS = "polars"
    DUCKDB = "duckdb"
    SPARK = "spark"
