"""The settings as a person reads them: TOML again, with what was not set, and without what is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.running.settings import Settings


def settings_toml(settings: Settings) -> str:
    """Every setting that applies; what is not set stands as a comment."""
    content = settings.as_shown()
    sections = {name: value for name, value in content.items() if isinstance(value, Mapping)}
    lines = [_line(name, value) for name, value in content.items() if name not in sections]
    for name, section in sections.items():
        lines += ["", f"[{name}]", *(_line(key, value) for key, value in section.items())]
    return "\n".join(lines)


def _line(key: str, value: object) -> str:
    if value is None:
        return f"# {key} is not set"
    bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    # What JSON writes of a text, a number, a list and true is TOML too.
    return f"{key if bare else json.dumps(key, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}"
