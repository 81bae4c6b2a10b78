"""Who may open what: every route of the site, declared, and tried as every reader.

`pages` and `tables` are the table to read and to add a row to; a route without its row fails.
"""
