"""What runs workflows: the graph, its node kinds, conditions and texts, as functions of plain values."""
