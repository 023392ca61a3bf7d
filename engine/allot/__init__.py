"""指标分解: an upper quota split over parties, exactly, with the reason for every share (docs/decisions/0012-allotment.md)."""
