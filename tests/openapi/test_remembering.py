"""What is made of a name is made once."""

from webapp.openapi.remembering import LONGEST, MOST, remembered


def test_a_name_is_looked_at_once() -> None:
    asked: list[str] = []

    @remembered
    def shout(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert [shout("page"), shout("page"), shout("size")] == ["PAGE", "PAGE", "SIZE"]
    assert asked == ["page", "size"]


def test_neither_long_texts_nor_endlessly_many_are_kept() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    essay = "x" * (LONGEST + 1)
    assert (length(essay), length(essay)) == (LONGEST + 1, LONGEST + 1)
    assert asked == [essay, essay]

    for number in range(MOST + 1):
        length(f"name-{number}")
    asked.clear()
    length("name-0")
    assert asked == ["name-0"]
