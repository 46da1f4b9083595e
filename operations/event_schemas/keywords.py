"""The keywords of JSON Schema that the audit contract uses; any other is refused."""

RULES = (
    "type", "properties", "required", "const", "enum", "pattern", "minimum", "items",
)  # fmt: skip
"""They decide which events are valid."""

WORDS = ("$schema", "$id", "title", "description", "examples", "format", "$comment")
"""They only tell; `format` tells too, in the form of JSON Schema that we use. So does `x-…`."""


def is_word(keyword: str) -> bool:
    return keyword in WORDS or keyword.startswith("x-")
