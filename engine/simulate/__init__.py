"""Simulated years: outcomes drawn from stated models, judged by the compiled plan that assesses the real one.

Chance is floating-point here, and nowhere else: whatever is drawn is a whole number, and from there on everything is exact.
"""
