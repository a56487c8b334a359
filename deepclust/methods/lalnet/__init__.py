"""LALNet (Kilinc & Uysal 2018): pseudo-supervision with ACOL and GAR."""
