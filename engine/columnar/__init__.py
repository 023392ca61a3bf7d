"""The compiler: a contract as one plan of integer columns, for a town, a nation or ten thousand simulated years.

A second reading of the same contract as `engine.score` and `engine.adjudicate`; neither imports the other.
"""
