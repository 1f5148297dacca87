"""Small workflow documents for tests."""

from typing import Any

from fikoadmin.engine.kinds import NODE_TYPES, defaults


def node(node_id: str, node_type: str = "action", **fields: Any) -> dict[str, Any]:
    known = defaults(node_type) if node_type in NODE_TYPES else defaults("action")
    return known | {"id": node_id, "node_type": node_type} | fields


def line(source: str, target: str, type: str = "success", condition: object = None) -> dict[str, Any]:
    return {
        "id": f"{source}-{type}-{target}",
        "source_node_id": source,
        "target_node_id": target,
        "connection_type": type,
        "condition": condition or {},
    }
