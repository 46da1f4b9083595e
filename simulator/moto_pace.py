"""Make moto's DynamoDB answer in a fraction of its time.

For every value of every attribute of every item moto looks for ten members under several spellings
each, to be ready for objects that spell them otherwise. An attribute's value is a dict that spells
them as DynamoDB does, so one look is enough. Without this, a search of a full pool of 10,000 PINs
takes longer than the agent's click can wait, for a reason that AWS does not have.
"""

from typing import Any

from moto.core.serialize import AttributePicker

_pick_slowly = AttributePicker.__call__


def _pick(self: AttributePicker, context: Any) -> Any:
    of = getattr(context.shape, "parent", None)
    if of is not None and of.name == "AttributeValue" and isinstance(context.obj, dict):
        return context.obj.get(context.key)
    return _pick_slowly(self, context)


def quicken() -> None:
    AttributePicker.__call__ = _pick  # type: ignore[method-assign] # what this module is for
