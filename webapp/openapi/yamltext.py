"""
YAML as documents mean it: JSON's values and no others.

`2024-01-01` is a text and so is `no`, whatever older versions of YAML make of them. Needs PyYAML, so it is imported
only where a text isn't JSON.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import yaml

from webapp.errors import DocumentError

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without its C part, which is slower and reads the same
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

DEEPEST = 500
"""How far values may be nested; documents go to about thirty."""

MERGE = "tag:yaml.org,2002:merge"

_SHAPES = (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]{0,400})", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?",
        "-+.0123456789",
    ),
    (MERGE, "<<", "<"),
)
"""What a plain text is besides a text, and what it may begin with; the first that fits counts."""

Pairs = Iterable[tuple[Any, Any]]


def load(text: str, joined: Callable[[Pairs], dict[Any, Any]]) -> Any:
    """
    The values in a YAML text; what its aliases repeat is shared.

    `joined` makes an object of its members. Raises DocumentError, which says where the text is wrong.
    """
    try:
        _check_depth(text)
        return yaml.load(text, Loader=_loader(joined))  # noqa: S506 - the safe loader with less in it
    except yaml.YAMLError as error:
        if "maximum nesting depth" in str(error):  # libyaml of these days has a limit of its own
            raise DocumentError(_TOO_DEEP) from error
        raise DocumentError(f"The document is not valid YAML: {' '.join(str(error).split())}.") from error
    except (RecursionError, ValueError) as error:
        raise DocumentError("The document is not usable YAML: it holds values too deep or too large.") from error


_TOO_DEEP = "The document is not usable YAML: it is nested too deeply."


def _check_depth(text: str) -> None:
    """Refuse what is nested too deeply before it is put together, which C code does until its stack ends."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise DocumentError(_TOO_DEEP)


def _loader(joined: Callable[[Pairs], dict[Any, Any]]) -> type[Any]:
    """The safe loader with JSON's types alone. A text that contains itself it refuses of its own accord."""

    class Loader(_Base):
        yaml_implicit_resolvers: ClassVar[Any] = {}  # type: ignore[misc]
        yaml_constructors: ClassVar[Any] = {}

    def mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
        return _mapping(loader, node, joined)

    for tag, pattern, first in _SHAPES:
        Loader.add_implicit_resolver(tag, re.compile(rf"(?:{pattern})\Z"), list(first))
    for kind, constructor in (("map", mapping), *_CONSTRUCTORS.items()):
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", constructor)
    return Loader


def _mapping(loader: Any, node: yaml.MappingNode, joined: Callable[[Pairs], dict[Any, Any]]) -> dict[Any, Any]:
    """An object; what is written out in it wins over what it merges with `<<`."""
    pairs: list[tuple[Any, Any]] = []
    merged: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        value = loader.construct_object(value_node, deep=True)
        if key_node.tag == MERGE:
            for each in reversed(value if isinstance(value, list) else [value]):
                merged.update(each if isinstance(each, Mapping) else {})
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            line = key_node.start_mark.line + 1
            raise DocumentError(f"The document is not usable YAML: a key in line {line} is not a text.")
        pairs.append((loader.construct_object(key_node), value))
    return {**merged, **joined(pairs)}


_CONSTRUCTORS: dict[str, Callable[[Any, Any], Any]] = {
    "seq": lambda loader, node: loader.construct_sequence(node, deep=True),
    "str": lambda loader, node: loader.construct_scalar(node),
    "null": lambda _loader, _node: None,
    "bool": lambda loader, node: loader.construct_scalar(node).lower() == "true",
    "int": lambda loader, node: int(loader.construct_scalar(node)),
    "float": lambda loader, node: float(loader.construct_scalar(node)),
}
