"""What each operation gets, and what it answers, as botocore's input and output shapes have it."""

from collections.abc import Mapping
from typing import Any

Given = Mapping[str, Any]
Answer = dict[str, Any]
