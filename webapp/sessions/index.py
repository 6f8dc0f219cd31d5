"""The sessions of one owner, or of one sign-in at a provider."""


class Index:
    """
    Sessions' keys by a name that several may have, the oldest first.

    Nearly always one has it alone, and its key stands there as it is: a tuple for each session would be a twentieth of
    what it weighs.
    """

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: dict[str, str | tuple[str, ...]] = {}

    def of(self, name: str) -> tuple[str, ...]:
        """The keys under a name."""
        keys = self._keys.get(name, ())
        return (keys,) if isinstance(keys, str) else keys

    def add(self, name: str, key: str) -> None:
        """Put a key there."""
        before = self.of(name)
        self._keys[name] = (*before, key) if before else key

    def remove(self, name: str, key: str) -> None:
        """Take a key away."""
        left = tuple(each for each in self.of(name) if each != key)
        if len(left) > 1:
            self._keys[name] = left
        elif left:
            self._keys[name] = left[0]
        else:
            self._keys.pop(name, None)
