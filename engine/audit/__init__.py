"""What was paid and recorded, held against what follows from the sealed record. Pure: no file, no clock, no database."""
