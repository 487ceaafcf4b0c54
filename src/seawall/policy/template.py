"""New policies, begun from a template: commented, with examples that hold."""

import re
from pathlib import Path

from seawall.errors import UsageError
from seawall.model.finding import Stage

FOLDER = Path(__file__).parent / "templates"
TEMPLATES = ("container", "workload", "image", "cel")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_STAGE = {"image": Stage.BUILD}


def begun(name: str, *, template: str = "", stage: Stage | None = None, category: str = "custom") -> str:
    """The text of a new policy file.

    Args:
        name: the policy's name.
        template: one of :data:`TEMPLATES`; empty: what fits the stage.
        stage: where it is to be judged; null: where the template belongs.
        category: its category.

    Raises:
        UsageError: the name is none, there is no such template, or it cannot be judged at the stage.
    """
    template = template or ("image" if stage is Stage.BUILD else "container")
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no policy name", hint="Write it in small letters, digits and hyphens.")
    if not _NAME.fullmatch(category):
        raise UsageError(f"{category!r} is no category", hint="Write it in small letters, digits and hyphens.")
    if template not in TEMPLATES:
        raise UsageError(f"there is no template {template!r}", hint=f"There are: {', '.join(TEMPLATES)}.")
    at = stage or _STAGE.get(template, Stage.DEPLOY)
    if at is Stage.BUILD and template != "image":
        raise UsageError(f"a {template} is not known when an image is built", hint="Take --from image.")
    text = (FOLDER / f"{template}.yaml").read_text("utf-8")
    return text.replace("POLICY-NAME", name).replace("[STAGE]", f"[{at}]").replace("[CATEGORY]", f"[{category}]")
