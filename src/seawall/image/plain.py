"""Other programs' words in our sentences: short, on one line, without control characters."""


def plain(text: str, limit: int = 200) -> str:
    """``text`` made safe for a terminal; what a registry or SBOM says may hold escape sequences."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else " " for char in short).strip()
