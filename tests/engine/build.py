"""Small workflow documents for tests."""

from typing import Any

from fikoadmin.engine.kinds import defaults


def node(node_id: str, node_type: str = "action", **fields: Any) -> dict[str, Any]:
    return defaults(node_type) | {"id": node_id} | fields


def line(source: str, target: str, type: str = "success", condition: object = None) -> dict[str, Any]:
    return {
        "id": f"{source}-{type}-{target}",
        "source_node_id": source,
        "target_node_id": target,
        "connection_type": type,
        "condition": condition or {},
    }
