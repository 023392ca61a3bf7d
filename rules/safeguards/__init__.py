"""What no contract may do: people's bodies, births and complaints carry no points. There is no switch."""

from __future__ import annotations

from rules.safeguards.check import check, check_together, personal_record, refused_subject
from rules.safeguards.grounds import Ground

__all__ = ["Ground", "check", "check_together", "personal_record", "refused_subject"]
