"""Which Parquet type holds every value of a column, found out value by value."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from topicclf.text.json_text import as_json

__all__ = ["ValueType"]

_LOWEST, _HIGHEST, _HIGHEST_UNSIGNED = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
# Integers up to this are floats without loss.
_EXACT = 1 << 53
# Deeper or wider values become JSON.
_DEEPEST = 8
_WIDEST = 1024
_DIGITS = 76
_MIXED = "mixed"


class ValueType:
    """What a column's values have been so far.

    Args:
        depth: How many lists and objects are around it.
    """

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        # "" before the first value; int, float, list, struct and the like; mixed.
        self._kind = ""
        self._lowest = self._highest = 0
        self._digits = self._scale = 0
        self._like: Any = None
        self._items: ValueType | None = None
        self._fields: dict[str, ValueType] = {}

    def add(self, value: Any) -> None:
        """Take one more value into account."""
        if value is None or self._kind == _MIXED:
            return
        add = _ADDERS.get(type(value))
        if add is None:
            self._add_other(value)
        else:
            add(self, value)

    def _become(self, kind: str) -> bool:
        if not self._kind:
            self._kind = kind
        elif self._kind != kind:
            self._kind = _MIXED
        return self._kind == kind

    def _add_bool(self, _: bool) -> None:
        self._become("bool")

    def _add_text(self, _: str) -> None:
        self._become("text")

    def _add_int(self, value: int) -> None:
        if self._kind == "float":
            if abs(value) > _EXACT:
                self._kind = _MIXED
        elif self._become("int"):
            self._lowest, self._highest = min(self._lowest, value), max(self._highest, value)

    def _add_float(self, _: float) -> None:
        if self._kind == "int":
            exact = self._lowest >= -_EXACT and self._highest <= _EXACT
            self._kind = "float" if exact else _MIXED
        else:
            self._become("float")

    def _add_list(self, value: list[Any]) -> None:
        if self._depth >= _DEEPEST:
            self._kind = _MIXED
        elif self._become("list"):
            if self._items is None:
                self._items = ValueType(self._depth + 1)
            for each in value:
                self._items.add(each)

    def _add_object(self, value: dict[str, Any]) -> None:
        if self._depth >= _DEEPEST or not value or not all(map(_is_name, value)):
            self._kind = _MIXED
        elif self._become("object"):
            for name, each in value.items():
                field = self._fields.get(name)
                if field is None:
                    field = self._fields[name] = ValueType(self._depth + 1)
                field.add(each)
            if len(self._fields) > _WIDEST:
                self._kind = _MIXED

    def _add_decimal(self, value: Decimal) -> None:
        if not value.is_finite():
            self._kind = _MIXED
        elif self._become("decimal"):
            _, digits, exponent = value.as_tuple()
            scale = max(-int(exponent), 0)
            self._scale = max(self._scale, scale)
            self._digits = max(self._digits, len(digits) + max(int(exponent), 0) - scale, 0)

    def _add_other(self, value: Any) -> None:
        like = (type(value), getattr(value, "tzinfo", None))
        if self._become("other"):
            if self._like is None:
                self._like = (like, value)
            elif self._like[0] != like:
                self._kind = _MIXED

    def arrow(self, arrow: Any) -> Any:
        """The type.

        Args:
            arrow: The module ``pyarrow``.
        """
        make = {
            "bool": arrow.bool_,
            "float": arrow.float64,
            "int": lambda: self._integer(arrow),
            "list": lambda: arrow.list_(self._items.arrow(arrow) if self._items else arrow.null()),
            "object": lambda: arrow.struct(
                [(name, field.arrow(arrow)) for name, field in self._fields.items()]
            ),
            "decimal": lambda: self._decimal(arrow),
            "other": lambda: self._other(arrow),
        }.get(self._kind, arrow.string)
        return make()

    def _integer(self, arrow: Any) -> Any:
        if self._lowest >= _LOWEST and self._highest <= _HIGHEST:
            return arrow.int64()
        if self._lowest >= 0 and self._highest <= _HIGHEST_UNSIGNED:
            return arrow.uint64()
        return arrow.string()

    def _decimal(self, arrow: Any) -> Any:
        digits = max(self._digits + self._scale, 1)
        return arrow.string() if digits > _DIGITS else arrow.decimal256(digits, self._scale)

    def _other(self, arrow: Any) -> Any:
        try:
            return arrow.scalar(self._like[1]).type
        except (arrow.ArrowException, TypeError, ValueError, OverflowError):
            return arrow.string()

    def fitting(self, arrow: Any) -> Callable[[Any], Any]:
        """What makes a value fit the type: as it is, or as text.

        Args:
            arrow: The module ``pyarrow``.
        """
        if self._kind == "list" and self._items is not None:
            inner = self._items.fitting(arrow)
            return lambda value: None if value is None else [inner(each) for each in value]
        if self._kind == "object":
            fields = {name: field.fitting(arrow) for name, field in self._fields.items()}
            return lambda value: (
                None if value is None else {n: fields[n](v) for n, v in value.items()}
            )
        if self._kind in {"text", ""} or not arrow.types.is_string(self.arrow(arrow)):
            return lambda value: value
        return _text


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return as_json(value) if isinstance(value, dict | list | tuple | bool) else str(value)


def _is_name(name: object) -> bool:
    """Whether a file can hold it as a name: text without lone surrogates."""
    if not isinstance(name, str):
        return False
    return name.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in name)


_ADDERS: dict[type, Callable[[ValueType, Any], None]] = {
    bool: ValueType._add_bool,
    str: ValueType._add_text,
    int: ValueType._add_int,
    float: ValueType._add_float,
    list: ValueType._add_list,
    tuple: ValueType._add_list,
    dict: ValueType._add_object,
    Decimal: ValueType._add_decimal,
}
