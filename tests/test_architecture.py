"""Who may import whom: the house's walls, held by reading every import."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"corpus": set(), "index": {"corpus"}, "assistant": {"corpus", "index"}}
KEPT_IN = {
    "faiss": ("index/",),
    "torch": ("index/",),
    "transformers": ("index/",),
    "sentence_transformers": ("index/",),
    "sqlite3": ("assistant/records/",),
    "gradio": ("assistant/web/", "app.py"),
    "fastapi": ("assistant/web/", "app.py"),
    "starlette": ("assistant/web/", "app.py"),
}
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "app.py", *(p for package in PACKAGES for p in (ROOT / package).rglob("*.py")))
)


def read_imports(source: str) -> set[str]:
    """Every module a file imports, relative imports included, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = source.split("/")[: -node.level] if node.level else []
            found.add(".".join((*package, node.module or "")))
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_imports_stay_inside_the_walls(source: str) -> None:
    own = source.split("/")[0]
    for module in read_imports(source):
        top = module.split(".")[0]
        if own in PACKAGES and top in PACKAGES and top != own:
            assert top in PACKAGES[own], f"{source} imports {module}"
        if top in KEPT_IN:
            assert source.startswith(KEPT_IN[top]), f"{source} imports {module}"
        if module.startswith("assistant.web") and own != "app.py":
            assert source.startswith("assistant/web/"), f"{source} imports {module}"
        if source == "app.py" and top in PACKAGES:
            allowed = (
                "assistant.web",
                "assistant.settings",
                "assistant.log_lines",
                "assistant.models",
                "corpus",
            )
            assert module in allowed, f"{source} imports {module}"


def test_every_setting_is_in_the_readme() -> None:
    from assistant.settings import Settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`ASSISTANT_{name.upper()}`" not in readme]
    assert missing == []


def test_every_command_is_in_the_docs() -> None:
    from assistant.__main__ import app
    from assistant.desk_commands import golden_app

    docs = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/editors.md"))
    names = [command.callback.__name__ for command in app.registered_commands]
    names += [f"golden {command.name}" for command in golden_app.registered_commands]
    assert len(names) >= 7
    assert [name for name in names if f"python -m assistant {name}" not in docs] == []
