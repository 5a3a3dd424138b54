"""What goes on paper: posters of single notices, a month for the paper board, the monthly 明白纸.

A room without tables: `sheets` gathers what a printed page says from the rooms that own it, `plain`
says accounts in plain words, `pdf` has pages (HTML with print.css) made into a PDF by `press`, in a
process of its own. Screens, broadcasts and 明白纸 supplement the fixed board (农经发〔2011〕13号).
"""

from kiosk.printing.pdf import NotPrintable, pdf

__all__ = ["NotPrintable", "pdf"]
