"""From verdicts to money: what deposits and awards come to for everybody, in whole fen (docs/decisions/0010-money.md)."""
