"""Deposits and awards as integer columns of fen: the second reading of what the verdicts come to (docs/decisions/0010)."""
