"""Lines of text that comes in pieces."""

from codecs import getincrementaldecoder


class LineSplitter:
    """
    Finds the lines in pieces of UTF-8; LF, CRLF and CR end one, as in HTML's standard of server-sent events.

    Of a line longer than `cut_at` characters the rest is left out. Each piece is looked at once, however many a line
    comes in.
    """

    def __init__(self, cut_at: int) -> None:
        self.longest = 0
        """Characters of the longest line so far, with what was left out."""
        self._cut_at = cut_at
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._open: list[str] = []
        self._length = 0
        self._after_cr = False

    def feed(self, piece: bytes) -> list[str]:
        """The lines that end in this piece, without their ends."""
        text = self._decoder.decode(piece)
        if not text:
            return []
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._add(first)
        ended = []
        for other in others:
            ended.append(self._take())
            self._add(other)
        return ended

    def rest(self) -> str:
        """The line that nothing has ended."""
        self._add(self._decoder.decode(b"", final=True))
        return self._take()

    def _add(self, text: str) -> None:
        room = self._cut_at - self._length
        if text and room > 0:
            self._open.append(text[:room])
        self._length += len(text)
        self.longest = max(self.longest, self._length)

    def _take(self) -> str:
        line = "".join(self._open)
        self._open.clear()
        self._length = 0
        return line
