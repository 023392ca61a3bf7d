"""Files in, without a database: CSV or Parquet tables of a county or a nation to integer columns.

No row is looked at in Python: a column is decoded by its distinct values, each read as the workbook's cells are.
"""
