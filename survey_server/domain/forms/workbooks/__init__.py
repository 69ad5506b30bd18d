"""Workbooks as authors send them: Excel, one CSV file, Markdown. Each becomes the same sheets.

    .xlsx -> archive (unpacked within bounds) -> spreadsheet (openpyxl) -+
    .csv, .md -> tables ------------------------------------------------- +-> grid -> Workbook

The same form in each of them compiles to the same bytes and so is the same version.
"""
