"""Names of inputs: JSON pointers (RFC 6901) without the slash in front, `body/address/street`, `query/limit`."""


def escape(part: str) -> str:
    """One part of a pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """What `escape` was given."""
    return part.replace("~1", "/").replace("~0", "~")


def join(pointer: str, part: str | int) -> str:
    """The pointer of a value's property or item; of the property itself where `pointer` is empty."""
    return f"{pointer}/{escape(str(part))}" if pointer else escape(str(part))


def split(pointer: str) -> tuple[str, ...]:
    """A pointer's parts."""
    return tuple(unescape(part) for part in pointer.split("/")) if pointer else ()
