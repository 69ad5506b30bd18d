"""What a refusal is."""

import re
from typing import Any, ClassVar


class Problem(Exception):
    """A refusal, with a sentence for the person who meets it."""

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    # Shortest and longest Retry-After, in seconds: thousands must not come back at once.
    waits: ClassVar[tuple[int, int]] = (30, 300)
    title_vi: ClassVar[str] = ""
    title_en: ClassVar[str] = ""

    def __init__(
        self,
        errors: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> None:
        super().__init__(self.code())
        self.errors = errors or []
        self.retry_after = retry_after
        self.headers = headers or {}
        self.data = data

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def type(cls) -> str:
        return cls.code().replace("_", "-")
