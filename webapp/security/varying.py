"""What an answer says it varies by, as raw headers."""


def add_vary(headers: list[tuple[bytes, bytes]], further: bytes) -> None:
    """Have an answer's headers, whose names are in lower case, say that it varies by `further` too."""
    for at, (name, said) in enumerate(headers):
        if name == b"vary":
            headers[at] = (name, said + b", " + further)
            return
    headers.append((b"vary", further))
