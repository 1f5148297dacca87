"""Where a conversation can be redirected: value and label, in their order."""

DESTINATIONS = [
    ("ai", "AI Assistant"),
    ("support", "Support"),
    ("sales", "Sales"),
    ("technical", "Technical"),
    ("billing", "Billing"),
    ("general", "General"),
]
